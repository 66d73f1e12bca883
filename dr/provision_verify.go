package dr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// verifyStep sees that what was applied is so: a second plan finds nothing to do, and the cloud shows it.
func (b *builder) verifyStep(root string) runbook.Step {
	at := b.regionOf(root).Name
	return runbook.Step{
		ID: "verify-" + root, Title: "verify " + root, Why: "an apply that ended is no proof: the cloud is asked, and a second plan must find nothing to do",
		Calls:   append([]runbook.Call{{Operation: "terraform:" + root, Plane: runbook.Data}}, verifyCalls(root, at)...),
		Timeout: verifyPatience, Paper: func(runbook.Pins) []string { return b.paper(root, "terraform plan -detailed-exitcode") },
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			b.mu.Lock()
			clean := b.clean[root]
			b.mu.Unlock()
			if t.DryRun && !clean {
				return runbook.Seen{Text: "a second plan is made once it was applied"}, nil
			}
			if !clean {
				if err := b.again(ctx, root); err != nil {
					return runbook.Seen{}, runbook.Never(err)
				}
			}
			seen, err := b.look(ctx, root)
			if seen.So {
				seen.Text = strings.TrimPrefix("a second plan: no changes; "+seen.Text, "; ")
				seen.Text = strings.TrimSuffix(seen.Text, "; ")
			}
			return seen, err
		},
	}
}

func verifyCalls(root, region string) []runbook.Call {
	switch root {
	case "bootstrap":
		return []runbook.Call{call("s3:GetObject", runbook.Data, region)}
	case "data":
		return []runbook.Call{call("rds:DescribeDBInstances", runbook.Control, region)}
	case "primary", "compute":
		return []runbook.Call{
			call("ecs:DescribeServices", runbook.Control, region), call("elasticloadbalancing:DescribeTargetHealth", runbook.Control, region),
			call("rds:DescribeDBInstances", runbook.Control, region),
		}
	case "failover":
		return []runbook.Call{call("cloudfront:GetDistribution", runbook.Control, "global")}
	}
	return nil
}

// again plans a root a second time: it must find nothing to do.
func (b *builder) again(ctx context.Context, root string) error {
	m, err := b.plan(ctx, nil, root)
	if err := errors.Join(err, b.settle(root)); err != nil { // a plan alone sends no password: none that was made up for it is kept
		return err
	}
	if !m.plan.Empty() {
		return fmt.Errorf("a second plan of %s finds %s: %s; something changes it behind Terraform's back, or an input is not what AWS makes of it",
			root, planWords(m.plan), strings.Join(mostChanges(m.plan.Changes), ", "))
	}
	b.setPlan(root, m)
	return nil
}

// look asks the cloud for what a root has made.
func (b *builder) look(ctx context.Context, root string) (runbook.Seen, error) {
	switch root {
	case "bootstrap":
		r, mark, err := b.roles(ctx)
		if err == nil && mark == "" {
			return runbook.Seen{Text: "the bucket does not hold the roles file yet"}, nil
		}
		return runbook.Seen{So: err == nil, Text: fmt.Sprintf("the bucket answers, roles are version %d", r.Version)}, err
	case "primary":
		return twoLooks(b.running(ctx, root, "primary_service_names"))(b.database(ctx, root, "primary_database_identifier"))
	case "data":
		return b.database(ctx, root, "database_identifier")
	case "compute":
		return b.running(ctx, root, "service_names")
	case "failover":
		return b.deployed(ctx)
	}
	return runbook.Seen{So: true}, nil
}

// twoLooks is two looks as one.
func twoLooks(one runbook.Seen, err error) func(runbook.Seen, error) (runbook.Seen, error) {
	return func(other runbook.Seen, otherErr error) (runbook.Seen, error) {
		switch {
		case err != nil:
			return runbook.Seen{}, err
		case otherErr != nil:
			return runbook.Seen{}, otherErr
		case !one.So:
			return one, nil
		case !other.So:
			return other, nil
		}
		return runbook.Seen{So: true, Text: one.Text + "; " + other.Text}, nil
	}
}

// database looks whether the database of a root is available, and whether it follows where it is a replica.
func (b *builder) database(ctx context.Context, root, output string) (runbook.Seen, error) {
	id := b.output(root, output)
	if id == "" {
		return runbook.Seen{So: true, Text: "copies of backups, no database"}, nil
	}
	c, err := b.changer(b.regionOf(root))
	if err != nil {
		return runbook.Seen{}, err
	}
	db, err := c.Database(ctx, id)
	switch {
	case err != nil:
		return runbook.Seen{}, err
	case db.Status != "available":
		return runbook.Seen{Text: id + " is " + plain(db.Status)}, nil
	case db.Source == "":
		return runbook.Seen{So: true, Text: id + " is available"}, nil
	case db.ReplicationState != "" && db.ReplicationState != "replicating":
		return runbook.Seen{Text: fmt.Sprintf("%s does not follow: %s %s", id, plain(db.ReplicationState), plain(db.ReplicationMessage))}, nil
	}
	lag, err := c.Metric(ctx, "ReplicaLag", id, b.now().Add(-10*time.Minute))
	if err != nil {
		return runbook.Seen{}, err
	}
	words := id + " follows " + identifier(db.Source)
	if last, ok := lag.Last(); ok && last.Value >= 0 {
		return runbook.Seen{So: true, Text: fmt.Sprintf("%s, %s behind", words, span(time.Duration(last.Value*float64(time.Second))))}, nil
	}
	return runbook.Seen{Text: words + "; its lag is not published yet"}, nil
}

// running looks whether as many tasks run as are wanted, and whether what balances between them finds them healthy.
func (b *builder) running(ctx context.Context, root, output string) (runbook.Seen, error) {
	names, _ := b.outputsOf(root)[output].(map[string]any)
	var own []string
	for _, n := range names {
		if s, ok := n.(string); ok {
			own = append(own, s)
		}
	}
	slices.Sort(own)
	if len(own) == 0 {
		return runbook.Seen{So: true, Text: "no service is to run yet"}, nil
	}
	c, err := b.changer(b.regionOf(root))
	if err != nil {
		return runbook.Seen{}, err
	}
	list, err := c.Services(ctx, b.clusterOf(root), own)
	if err != nil {
		return runbook.Seen{}, err
	}
	return b.serviceSeen(ctx, c, list, own)
}

// clusterOf is the cluster that a root has made.
func (b *builder) clusterOf(root string) string {
	if root == "compute" {
		return b.output(root, "cluster_name")
	}
	site, _ := b.outputsOf(root)["primary_site"].(map[string]any)
	name, _ := site["cluster"].(string)
	return name
}

func (b *builder) serviceSeen(ctx context.Context, c *aws.Changer, list []aws.ServiceState, wanted []string) (runbook.Seen, error) {
	if len(list) < len(wanted) {
		return runbook.Seen{Text: fmt.Sprintf("%d of %s known to ECS", len(list), several(len(wanted), "service"))}, nil
	}
	var left []string
	tasks := 0
	var groups []string
	for _, s := range list {
		tasks += s.Running
		if s.Running < s.Desired || s.Pending > 0 {
			left = append(left, fmt.Sprintf("%s %d/%d", s.Name, s.Running, s.Desired))
		}
		if s.Desired > 0 {
			groups = append(groups, s.TargetGroups...)
		}
	}
	if len(left) > 0 {
		return runbook.Seen{Text: "not running yet: " + commas(left)}, nil
	}
	targets, err := c.Targets(ctx, groups)
	if err != nil {
		return runbook.Seen{}, err
	}
	healthy := 0
	for _, g := range targets {
		well, all := g.Healthy()
		healthy += well
		if well < all || all == 0 {
			left = append(left, fmt.Sprintf("%s %d/%d", g.Name, well, all))
		}
	}
	if len(left) > 0 {
		return runbook.Seen{Text: "not healthy yet: " + commas(left)}, nil
	}
	return runbook.Seen{So: true, Text: fmt.Sprintf("%s with %s, %s healthy", several(len(list), "service"), several(tasks, "task"), several(healthy, "target"))}, nil
}

// deployed looks whether the distribution is in force everywhere.
func (b *builder) deployed(ctx context.Context) (runbook.Seen, error) {
	id := b.output("failover", "distribution_id")
	if id == "" {
		return runbook.Seen{So: true, Text: "no distribution"}, nil
	}
	spec := edgeSpec(b.c, b.opt, func() map[string][]string { return nil })
	spec.DistributionID, spec.Asked = id, b.asked
	c, err := edge.NewChanger(spec)
	if err != nil {
		return runbook.Seen{}, err
	}
	d, err := c.Distribution(ctx)
	if err != nil {
		return runbook.Seen{}, err
	}
	if d.Status != "Deployed" {
		return runbook.Seen{Text: id + " is " + plain(d.Status)}, nil
	}
	return runbook.Seen{So: true, Text: fmt.Sprintf("%s is deployed, with %s", id, several(len(d.Groups), "origin group"))}, nil
}

// namesStep writes the names that a root made into lifeboat.yaml, so that the cockpit finds them.
func (b *builder) namesStep(root string) runbook.Step {
	return runbook.Step{
		ID: "names-" + root, Title: "names of " + root, Why: "lifeboat.yaml says what the estate is called: a name that is typed by hand is one that is forgotten",
		Calls:   []runbook.Call{{Operation: "file:lifeboat.yaml", Plane: runbook.Data}},
		Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string { return []string{"# write what terraform output tells into " + b.c.Path} },
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if err := b.learn(ctx, []string{root}); err != nil {
				return runbook.Seen{}, err
			}
			if b.outputsOf(root) == nil { // somebody has gone on without it
				return runbook.Seen{So: !t.DryRun, Text: "it has made nothing that has a name yet"}, nil
			}
			left, err := b.names(root)
			if err != nil {
				return runbook.Seen{}, err
			}
			var fields []string
			for _, s := range left {
				fields = append(fields, strings.Join(s.Field, "."))
			}
			return allSo(fields, "lifeboat.yaml says it", "to be written: "), nil
		},
		Do: func(ctx context.Context, _ *runbook.Task) error {
			b.writing.Lock()
			defer b.writing.Unlock()
			left, err := b.names(root)
			if err != nil {
				return err
			}
			if err := config.Edit(b.c.Path, left...); err != nil {
				return fault.New(fault.Refused, "write", b.c.Path, err)
			}
			return b.firstRoles(ctx, root)
		},
	}
}

// firstRoles keeps the roles file where lifeboat.yaml wants it, where that is another bucket than the one that bootstrap has made.
func (b *builder) firstRoles(ctx context.Context, root string) error {
	if root != "bootstrap" {
		return nil
	}
	r, mark, err := b.roles(ctx)
	if err != nil || mark != "" {
		return err
	}
	s, err := b.rolesStore()
	if err != nil {
		return err
	}
	return s.Write(ctx, r, "")
}

// names are what a root has made and lifeboat.yaml does not say as it is. The file is read anew: another run may have written it.
func (b *builder) names(root string) ([]config.Setting, error) {
	c, err := config.Load(b.c.Path)
	if err != nil {
		return nil, err
	}
	n := namer{c: c, out: b.outputsOf(root)}
	switch root {
	case "bootstrap":
		n.set(c.Terraform.State.Bucket, n.text("state_bucket"), "terraform", "state", "bucket")
		if c.Roles.Bucket == "" {
			n.set("", n.text("roles_bucket"), "roles", "bucket")
			n.set("", StackRolesKey, "roles", "key")
		}
	case "primary":
		site, _ := n.out["primary_site"].(map[string]any)
		cluster, _ := site["cluster"].(string)
		balancer, _ := site["load_balancer"].(string)
		n.region(&c.Regions.Primary, "primary", cluster, "primary_service_names", balancer)
		n.database(&c.Regions.Primary, "primary", n.text("primary_database_identifier"), "")
		n.secret(&c.Regions.Primary, "primary")
		n.secret(&c.Regions.Standby, "standby") // it is replicated there under its own name
	case "source":
		if group := n.text("primary_isolation_group_id"); len(c.Regions.Primary.Databases) > 0 {
			n.database(&c.Regions.Primary, "primary", c.Regions.Primary.Databases[0].ID, group)
		}
	case "data":
		id := n.text("database_identifier")
		if id == "" && c.Strategy != config.WarmStandby { // what a recovery point will be restored to
			id = restoredName(c)
		}
		n.database(&c.Regions.Standby, "standby", id, "")
	case "compute":
		n.rest()
		n.region(&c.Regions.Standby, "standby", n.text("cluster_name"), "service_names", n.text("load_balancer_suffix"))
	case "failover":
		n.set(c.Edge.Distribution, n.text("distribution_id"), "edge", "distribution")
	}
	for _, l := range b.learnedBy(root) {
		if c.Terraform.Inputs[l.Name] == nil {
			n.list = append(n.list, config.Setting{Field: []string{"terraform", "inputs", l.Name}, Value: l.Value})
		}
	}
	return n.list, nil
}

// namer gathers what is to be written.
type namer struct {
	c    *config.Config
	out  map[string]any
	list []config.Setting
}

func (n *namer) text(name string) string {
	s, _ := n.out[name].(string)
	return s
}

func (n *namer) set(now, want string, field ...string) {
	if want != "" && want != now {
		n.list = append(n.list, config.Setting{Field: field, Value: want})
	}
}

// discovers says whether a region finds what it has by tag or prefix: naming a part would hide the rest.
func discovers(r *config.Region) bool { return r.Discover.Tag != nil || r.Discover.Prefix != "" }

func (n *namer) region(r *config.Region, side, cluster, services, balancer string) {
	if discovers(r) {
		return
	}
	own := map[string]string{}
	if named, ok := n.out[services].(map[string]any); ok {
		for name, ecs := range named {
			own[name], _ = ecs.(string)
		}
	}
	if cluster != "" && len(own) > 0 {
		i := slices.IndexFunc(r.Clusters, func(c config.Cluster) bool { return c.Name == cluster })
		want := config.Cluster{Name: cluster, Services: own}
		if i < 0 || !saysAll(r.Clusters[i].Services, own) {
			list := slices.DeleteFunc(slices.Clone(r.Clusters), func(c config.Cluster) bool { return c.Name == cluster })
			n.list = append(n.list, config.Setting{Field: []string{"regions", side, "clusters"}, Value: append([]config.Cluster{want}, list...)})
		}
	}
	if parts := strings.Split(balancer, "/"); len(parts) == 3 { // app/<name>/<id>
		if !slices.ContainsFunc(r.Balancers, func(b config.Balancer) bool { return b.Name == parts[1] }) {
			n.list = append(n.list, config.Setting{Field: []string{"regions", side, "balancers"}, Value: []config.Balancer{{Name: parts[1]}}})
		}
	}
}

// rest fills in what a pilot light does not have while it rests: the names under which the stack will make it.
func (n *namer) rest() {
	if n.c.Strategy != config.PilotLight || n.text("load_balancer_suffix") != "" {
		return
	}
	name, services := n.c.Estate+"-dr", map[string]any{}
	made := imagesOf(n.c)
	for _, s := range n.c.Services {
		if _, ours := made[s.Name]; ours {
			services[s.Name] = name + "-" + s.Name
		}
	}
	n.out = map[string]any{"cluster_name": firstOf(n.text("cluster_name"), name), "service_names": services, "load_balancer_suffix": "app/" + name + "/"}
}

// saysAll says whether names that are written say what is to be written.
func saysAll(have, want map[string]string) bool {
	for name, ecs := range want {
		if have[name] != ecs {
			return false
		}
	}
	return true
}

// secret names the database's in a region that names none.
func (n *namer) secret(r *config.Region, side string) {
	if name := n.text("database_secret_name"); name != "" && len(r.Secrets) == 0 && !discovers(r) {
		n.list = append(n.list, config.Setting{Field: []string{"regions", side, "secrets"}, Value: []string{name}})
	}
}

func (n *namer) database(r *config.Region, side, id, group string) {
	if id == "" || discovers(r) && group == "" {
		return
	}
	list := slices.Clone(r.Databases)
	i := slices.IndexFunc(list, func(d config.Database) bool { return d.ID == id })
	switch {
	case i < 0:
		list = append([]config.Database{{ID: id}}, list...)
		i = 0
	case group == "" || list[i].IsolationGroup == group:
		return
	}
	if group != "" {
		list[i].IsolationGroup = group
	}
	n.list = append(n.list, config.Setting{Field: []string{"regions", side, "databases"}, Value: list})
}
