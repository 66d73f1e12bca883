package dr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// newWarmStack is a warm standby that the fake Terraform has made of every root: a replica, a balancer, a gateway, and what never goes.
func newWarmStack(t *testing.T) *stack {
	t.Helper()
	s := newStack(t)
	s.cloud = s.rds
	text, err := os.ReadFile(s.cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	digest := `"sha256:` + strings.Repeat("b", 64) + `"`
	more := "    digests: {backend: " + digest + ", frontend: " + digest + "}\n    database_secret_arn: arn:aws:secretsmanager:us-west-2:1:secret:shop\n" +
		"    domains: [shop.example]\n    aliases: [shop.example]\n    origin_domain: origin.shop.example\nsimulated:"
	if err := os.WriteFile(s.cfg.Path, []byte(strings.Replace(string(text), "simulated:", more, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	state, _ := OpenState(t.Context(), s.cfg, Options{})
	if err := changeRoles(t.Context(), state.Roles, s.cfg, func(*Roles) bool { return true }); err != nil {
		t.Fatal(err)
	}
	lasting := func(root string) []fakeResource {
		return []fakeResource{
			{Address: "aws_kms_key." + root, Type: "aws_kms_key", Name: "key-" + root}, {Address: "aws_ecr_repository." + root, Type: "aws_ecr_repository", Name: root},
			{Address: "aws_s3_bucket." + root, Type: "aws_s3_bucket", Name: root},
		}
	}
	replica := fakeResource{Address: "aws_db_instance.this", Type: "aws_db_instance", Name: "shop-dr-db", Value: "protected {deletion_protection}, no last copy {skip_final_snapshot}"}
	copies := fakeResource{Address: "aws_db_instance_automated_backups_replication.this", Type: "aws_db_instance_automated_backups_replication", Name: "copies"}
	balancer := fakeResource{Address: "aws_lb.this", Type: "aws_lb", Name: "shop-dr", Value: "protected {deletion_protection}"}
	gateway := fakeResource{Address: "aws_nat_gateway.this", Type: "aws_nat_gateway", Name: "nat"}
	alarm := fakeResource{Address: "aws_cloudwatch_metric_alarm.lag", Type: "aws_cloudwatch_metric_alarm", Name: "lag"}
	for root, in := range map[string]map[string][]fakeResource{
		"data":       {"": {replica}, "copies": {replica, copies}, "pilot-light": {copies}, "cold-standby": {copies}},
		"compute":    {"": {balancer}, "pilot-light": {}},
		"foundation": {"": {gateway}, "pilot-light": {}},
		"failover":   {"": {alarm}, "pilot-light": {}, "cold-standby": {}},
		"source":     {"": {alarm}, "pilot-light": {}, "cold-standby": {}},
	} {
		f := fakeRun{s.dir, root}
		for strategy, list := range in {
			what := strings.TrimSuffix("wanted."+strategy, ".")
			f.write(what, append(lasting(root), list...))
		}
		has := append(lasting(root), in[""]...)
		for i := range has {
			has[i].Value = fakeFilled(has[i].Value, map[string]any{"deletion_protection": true, "skip_final_snapshot": false})
		}
		f.write("state", has)
	}
	s.reload(s.cfg.Path)
	return s
}

// rds answers for the databases: the replica is there as long as the state of data has it, copied backups are as new as the file "latest"
// says, and snapshots are kept in a file.
func (s *stack) rds(w http.ResponseWriter, asked url.Values) bool {
	data := fakeRun{s.dir, "data"}
	has := func(kind string) bool {
		return slices.ContainsFunc(data.state(), func(r fakeResource) bool { return r.Type == kind })
	}
	name := asked.Get("Filters.Filter.1.Values.Value.1")
	switch asked.Get("Action") {
	case "DescribeDBInstances":
		list := ""
		if name == "shop-dr-db" && has("aws_db_instance") {
			list = "<DBInstance><DBInstanceIdentifier>shop-dr-db</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus><EngineVersion>15.12</EngineVersion>" +
				"<ReadReplicaSourceDBInstanceIdentifier>arn:aws:rds:us-east-1:1:db:shop-db</ReadReplicaSourceDBInstanceIdentifier></DBInstance>"
		}
		fmt.Fprintf(w, "<R><DescribeDBInstancesResult><DBInstances>%s</DBInstances></DescribeDBInstancesResult></R>", list)
	case "DescribeDBInstanceAutomatedBackups":
		list := ""
		if at := s.latest(); has("aws_db_instance_automated_backups_replication") && !at.IsZero() {
			list = "<DBInstanceAutomatedBackup><DBInstanceIdentifier>shop-db</DBInstanceIdentifier><Region>us-east-1</Region><Status>Replicating</Status><RestoreWindow><LatestTime>" +
				at.UTC().Format(time.RFC3339Nano) + "</LatestTime></RestoreWindow></DBInstanceAutomatedBackup>"
		}
		fmt.Fprintf(w, "<R><DescribeDBInstanceAutomatedBackupsResult><DBInstanceAutomatedBackups>%s</DBInstanceAutomatedBackups></DescribeDBInstanceAutomatedBackupsResult></R>", list)
	case "DescribeDBSnapshots":
		s.snapshots(w, asked.Get("DBSnapshotIdentifier"))
	case "CreateDBSnapshot":
		file, _ := os.OpenFile(filepath.Join(s.dir, "snapshots"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		fmt.Fprintln(file, asked.Get("DBSnapshotIdentifier"))
		_ = file.Close()
		fmt.Fprint(w, "<R><CreateDBSnapshotResult><DBSnapshot></DBSnapshot></CreateDBSnapshotResult></R>")
	default:
		return false
	}
	return true
}

// latest is the newest moment of the copied backups: now, unless a test says otherwise.
func (s *stack) latest() time.Time {
	text, err := os.ReadFile(filepath.Join(s.dir, "latest"))
	if err != nil {
		return time.Now()
	}
	at, _ := time.Parse(time.RFC3339Nano, string(text))
	return at
}

func (s *stack) taken() []string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "snapshots"))
	return strings.Fields(string(text))
}

func (s *stack) snapshots(w http.ResponseWriter, id string) {
	if id != "" && !slices.Contains(s.taken(), id) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<ErrorResponse><Error><Type>Sender</Type><Code>DBSnapshotNotFound</Code><Message>no</Message></Error></ErrorResponse>")
		return
	}
	list := ""
	if id != "" {
		list = "<DBSnapshot><DBSnapshotIdentifier>" + id + "</DBSnapshotIdentifier><DBInstanceIdentifier>shop-dr-db</DBInstanceIdentifier><Status>available</Status><PercentProgress>100</PercentProgress></DBSnapshot>"
	}
	fmt.Fprintf(w, "<R><DescribeDBSnapshotsResult><DBSnapshots>%s</DBSnapshots></DescribeDBSnapshotsResult></R>", list)
}

// change changes the strategy to the end of this process's part of it.
func (s *stack) change(to config.Strategy, o runbook.Operator, more ...func(*Order)) (runbook.Result, error) {
	s.t.Helper()
	order := Order{Run: runbook.NewRunID(time.Now(), string(Strategy)), Kind: Strategy, Strategy: to, Operator: o}
	for _, f := range more {
		f(&order)
	}
	run, err := s.runner().Begin(s.t.Context(), order)
	if err != nil {
		return runbook.Result{}, err
	}
	return run.Wait(), nil
}

// has are the addresses of every root's state, but for what makes two runs differ.
func (s *stack) has() string {
	out := map[string][]fakeResource{}
	for _, root := range []string{"identity", "foundation", "source", "data", "compute", "failover"} {
		out[root] = fakeRun{s.dir, root}.state()
		slices.SortFunc(out[root], func(a, b fakeResource) int { return strings.Compare(a.Address, b.Address) })
	}
	text, _ := json.MarshalIndent(out, "", " ")
	return string(text)
}

// roles is the roles file.
func (s *stack) roles() (r Roles) {
	text, _ := os.ReadFile(filepath.Join(StateBeside(s.path), rolesFile))
	_ = json.Unmarshal(text, &r)
	return r
}
