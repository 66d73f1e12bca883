package dr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// fit is an estate that passes every check.
func fit() *scene {
	s := well()
	c := s.in.Config
	c.Regions.Primary.Secrets = []string{"db"}
	s.database(0, func(db *aws.Database) { db.MaxStorageGiB = 100 })
	s.database(1, func(db *aws.Database) { db.Encrypted, db.KMSKey = true, "arn:aws:kms:us-west-2:1:key/k" })
	s.west.Certificates = part([]aws.Certificate{{Domain: "example.com", Names: []string{"*.example.com"}, Status: "ISSUED", NotAfter: noon.Add(171 * 24 * time.Hour)}}, noon)
	zone := s.in.Edge.Zone.Value
	zone.Checks = part([]edge.HealthCheck{{Name: "east", Address: "dev-alb.elb", Status: "healthy"}, {Name: "west", Address: "dr-alb.elb", Status: "healthy"}}, noon)
	s.in.Edge.Zone = part(zone, noon)
	s.journals(whole(Switchover, "us-west-2", "us-east-1", noon.Add(-5*24*time.Hour)))
	s.in.Record.Where, s.in.Record.Shared, s.in.Record.Region = "s3://runs/example/", true, "us-west-2"
	return s
}

func checkOf(t *testing.T, all []Check, id string) Check {
	t.Helper()
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("there is no check %q", id)
	return Check{}
}

func TestAFitEstatePassesEveryCheck(t *testing.T) {
	for _, kind := range []Kind{Failover, Switchover} {
		all := Checks(fit().join(), "us-east-1", kind)
		ids := map[string]bool{}
		for _, c := range all {
			if c.Verdict != CheckPass || c.Blocking || c.Text == "" || c.Title == "" || !c.Seen.fresh() {
				t.Errorf("%s, %s: %s, blocking %t: %s (%+v)", kind, c.ID, c.Verdict, c.Blocking, c.Text, c.Seen)
			}
			if ids[c.ID] || strings.Contains(c.Title+c.Text+c.Remedy, "{") {
				t.Errorf("%s twice, or words are missing: %q %q", c.ID, c.Title, c.Text)
			}
			ids[c.ID] = true
		}
		if len(all) < 28 {
			t.Errorf("%d checks of a %s", len(all), kind)
		}
	}
}

func TestWhatIsWrongFailsItsCheck(t *testing.T) {
	west := func(change func(s *aws.Snapshot)) func(*scene) { return func(s *scene) { change(s.west) } }
	define := func(i int, change func(d *aws.Definition)) func(*scene) {
		return func(s *scene) {
			all := definitions(s.in.Regions[i].Snapshot)
			for ref, d := range all {
				if strings.Contains(ref, "-backend") {
					change(&d)
					all[ref] = d
				}
			}
			s.in.Regions[i].Definitions = part(all, noon)
		}
	}
	zone := func(change func(z *edge.Zone)) func(*scene) {
		return func(s *scene) {
			z := s.in.Edge.Zone.Value
			z.Records = slices.Clone(z.Records)
			change(&z)
			s.in.Edge.Zone = part(z, noon)
		}
	}
	for name, c := range map[string]struct {
		change  func(*scene)
		id      string
		verdict CheckVerdict
		text    string
	}{
		"no replica":               {func(s *scene) { s.west.Databases = part([]aws.Database{}, noon) }, "replica", CheckFail, "us-west-2 has no replica of the writer of record"},
		"a replica that is broken": {func(s *scene) { s.database(1, func(db *aws.Database) { db.ReplicationState = "error" }) }, "replica", CheckFail, "dr-db is stopped: replication error"},
		"a source that is down":    {func(s *scene) { s.database(0, func(db *aws.Database) { db.Status = "rebooting" }) }, "replica", CheckWarn, "dr-db: nothing arrives: dev-db is rebooting"},
		"databases not read":       {func(s *scene) { s.west.Databases = aws.Part[[]aws.Database]{} }, "replica", CheckUnknown, "whether us-west-2 has a replica is not known: not read yet"},
		"three numbers":            {func(*scene) {}, "lag", CheckPass, "reported 0.8 s (60 s ago), true at most 1.1 s (0 s ago), at most 1.1 s of data at risk; RPO 5 min"},
		"a lag beyond the RPO":     {func(s *scene) { s.withoutSQL().lag(290, 320, 310) }, "lag", CheckFail, "reported 5 min 10 s (60 s ago), true unknown: no database connection is configured"},
		"an unknown lag":           {func(s *scene) { s.withoutSQL().lag(-1) }, "lag", CheckUnknown, "reported unknown: CloudWatch says -1: not known"},
		"an old recovery point":    {west(func(s *aws.Snapshot) { s.Backups.Value[0].Latest = noon.Add(-30 * time.Hour) }), "recovery-point", CheckWarn, "replicated backups of dev-db, of 2026-11-22 06:00, 30 h ago"},
		"no recovery point":        {west(func(s *aws.Snapshot) { s.Backups = part([]aws.Backup{}, noon) }), "recovery-point", CheckWarn, "there is none in us-west-2"},
		"a slot that fills a disk": {func(s *scene) { s.slotBytes(1<<30, 4<<30, 8<<30) }, "slot", CheckFail, "the slot keeps 8 GiB, 10 GiB of disk are free (60 s ago); full in"},
		"a slot that nothing bounds": {func(s *scene) {
			s.database(0, func(db *aws.Database) { db.MaxStorageGiB = 0 })
			r := primaryReading(noon)
			r.Settings.MaxSlotWALKeepSize = pg.NoLimit
			s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", part(r, noon))
		}, "slot", CheckWarn, "the slot keeps 1 MiB, 10 GiB of disk are free (60 s ago); nothing bounds"},
		"a database that backs up":    {func(s *scene) { s.database(1, func(db *aws.Database) { db.Status = "backing-up" }) }, "database", CheckWarn, "dr-db is backing-up"},
		"a database that is modified": {func(s *scene) { s.database(1, func(db *aws.Database) { db.Status = "modifying" }) }, "database", CheckFail, "dr-db is modifying"},
		"no backups":                  {func(s *scene) { s.database(0, func(db *aws.Database) { db.RetentionDays = 0 }) }, "backups", CheckFail, "dev-db keeps none"},
		"a key of the other region":   {func(s *scene) { s.database(1, func(db *aws.Database) { db.KMSKey = "arn:aws:kms:us-east-1:1:key/k" }) }, "kms", CheckFail, "dr-db is encrypted with a key of us-east-1"},
		"no encryption":               {func(s *scene) { s.database(1, func(db *aws.Database) { db.Encrypted = false }) }, "kms", CheckWarn, "dr-db is not encrypted"},

		"an API that is silent":     {func(s *scene) { silentAPI(s.west, noon) }, "region", CheckFail, "its AWS API: none of 7 calls was answered"},
		"a rollout that failed":     {func(s *scene) { s.services(1, func(all []aws.Service) { all[0].Rollout = "FAILED" }) }, "services", CheckFail, "frontend rollout failed"},
		"a service that is missing": {func(s *scene) { s.services(1, func(all []aws.Service) { all[1].Name = "other" }) }, "services", CheckFail, "backend is absent"},
		"services not read":         {func(s *scene) { s.west.Services = failed(s.west.Services, fault.Denied, noon) }, "services", CheckUnknown, "not known now (ask: denied); last: "},
		"a missing image":           {west(func(s *aws.Snapshot) { s.Images = part(s.Images.Value[:1], noon) }), "images", CheckFail, "not in it: backend"},
		"a registry not read":       {west(func(s *aws.Snapshot) { s.Images = aws.Part[[]aws.Image]{} }), "images", CheckUnknown, "what the registry holds is not known: not read yet"},
		"a value of the other region": {define(1, func(d *aws.Definition) { d.Values["QUEUE"] = "https://sqs.us-east-1.amazonaws.com/1/q" }), "definitions", CheckFail,
			"backend: QUEUE names us-east-1"},
		"an image of the other region": {define(1, func(d *aws.Definition) { d.Images = []string{"1.dkr.ecr.us-east-1.amazonaws.com/backend:1"} }), "definitions", CheckFail, "backend: its image comes from us-east-1"},
		"a secret of the other region": {define(1, func(d *aws.Definition) { d.Secrets = []string{"arn:aws:secretsmanager:us-east-1:1:secret:db"} }), "definitions", CheckFail, "backend: it reads a secret of us-east-1"},
		"an image from Docker Hub":     {define(1, func(d *aws.Definition) { d.Images = append(d.Images, "busybox:1.36") }), "registries", CheckWarn, "backend: busybox:1.36"},
		"definitions not read":         {func(s *scene) { s.in.Regions[1].Definitions = aws.Part[aws.Definitions]{} }, "definitions", CheckUnknown, "what the task definitions of us-west-2 say is not known: not read yet"},
		"a secret that is missing":     {west(func(s *aws.Snapshot) { s.Secrets = part([]aws.Secret{}, noon) }), "secrets", CheckFail, "not there: db"},
		"a secret that is not in sync": {func(s *scene) { s.east.Secrets.Value[0].Replicas[0].Status = "Failed" }, "secrets", CheckFail, "db is Failed"},
		"no certificate":               {west(func(s *aws.Snapshot) { s.Certificates = part([]aws.Certificate{}, noon) }), "certificate", CheckFail, "no listener has one"},
		"a certificate near its end":   {west(func(s *aws.Snapshot) { s.Certificates.Value[0].NotAfter = noon.Add(20 * 24 * time.Hour) }), "certificate", CheckWarn, "20 d left"},
		"a certificate at its end":     {west(func(s *aws.Snapshot) { s.Certificates.Value[0].NotAfter = noon.Add(-time.Hour) }), "certificate", CheckFail, "that of example.com is expired 60 min ago; none covers example.com"},
		"a name that is not covered":   {west(func(s *aws.Snapshot) { s.Certificates.Value[0].Names = nil }), "certificate", CheckFail, "none covers origin.example.com"},
		"unhealthy targets": {west(func(s *aws.Snapshot) {
			s.Targets["dr-backend"] = part(aws.TargetGroup{Targets: []aws.Target{{State: "unhealthy"}}}, noon)
		}), "targets", CheckWarn, "dr-alb 1/2 healthy"},
		"a balancer that answers 503": {func(s *scene) {
			s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", answered(503, "us-west-2", noon))
		}, "probe", CheckFail, "it answers 503"},
		"a balancer of the other region": {func(s *scene) {
			s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", answered(200, "us-east-1", noon))
		}, "probe", CheckFail, "it says it is primary"},
		"a balancer that is silent": {func(s *scene) {
			s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", failed(s.in.Edge.Balancers["us-west-2"], fault.TimedOut, noon))
		}, "probe", CheckFail, "it answers: timed out"},
		"a ceiling below full size": {west(func(s *aws.Snapshot) {
			s.Scaling = part([]aws.ScalingTarget{{Cluster: "dr", Service: "dr-backend", Min: 1, Max: 1}}, noon)
		}), "floors", CheckWarn, "backend may have at most 1 of 2"},
		"a quota below full size": {west(func(s *aws.Snapshot) { s.Quotas = part([]aws.Quota{{Code: fargateVCPU, Value: 1}}, noon) }), "quota", CheckFail, "full size takes 1.25 of 1 vCPU"},
		"a quota nearly used up":  {west(func(s *aws.Snapshot) { s.Quotas = part([]aws.Quota{{Code: fargateVCPU, Value: 1.5}}, noon) }), "quota", CheckWarn, "full size takes 1.25 of 1.5 vCPU"},
		"a size not known":        {define(1, func(d *aws.Definition) { d.VCPU = 0 }), "quota", CheckUnknown, "6 vCPU; how much backend takes is not known"},

		"no record that leads there": {zone(func(z *edge.Zone) { z.Records = z.Records[:1] }), "dns", CheckWarn, "no record leads to a balancer of us-east-1"},
		"Cloudflare not read":        {func(s *scene) { s.in.Edge.Zone = failed(aws.Part[edge.Zone]{}, fault.Denied, noon) }, "dns", CheckUnknown, "the zone example.com is not known: ask: denied"},
		"a long TTL":                 {zone(func(z *edge.Zone) { z.Records[1].TTL = time.Hour }), "ttl", CheckWarn, "origin.example.com 60 min"},
		"Cloudflare's own TTL":       {zone(func(z *edge.Zone) { z.Records[1].TTL = 0 }), "ttl", CheckWarn, "origin.example.com 5 min"},
		"a resolver that lags":       {func(s *scene) { s.in.Edge.Resolvers[0].API = answered(200, "us-west-2", noon) }, "resolvers", CheckWarn, "2 of 3 lead to the same region"},
		"resolvers without answers":  {func(s *scene) { s.silencePublic() }, "resolvers", CheckUnknown, "no answer at any of them names a region"},
		"an unhealthy check":         {zone(func(z *edge.Zone) { z.Checks.Value[1].Status = "unhealthy" }), "health-checks", CheckFail, "west unhealthy"},
		"no health checks":           {zone(func(z *edge.Zone) { z.Checks = part([]edge.HealthCheck{}, noon) }), "health-checks", CheckWarn, "there are none"},
		"a distribution on its way": {func(s *scene) {
			d := wellDistribution()
			d.Status = "InProgress"
			s.in.Edge.Distribution = part(d, noon)
		}, "cdn", CheckWarn, "E2QX is being deployed"},
		"an origin group without criteria": {func(s *scene) {
			d := wellDistribution()
			d.Groups = []edge.OriginGroup{{ID: "pages", Members: d.Groups[0].Members}}
			s.in.Edge.Distribution = part(d, noon)
		}, "origin-group", CheckFail, "origin group pages: the second origin is not asked on 500"},
		"no bridge": {func(s *scene) {
			d := wellDistribution()
			d.Behaviors = d.Behaviors[:1]
			s.in.Edge.Distribution = part(d, noon)
		}, "origin-group", CheckWarn, "no origin group bridges the pages"},

		"another writer of record": {func(s *scene) { s.journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour))) }, "writer", CheckFail, "it is in us-west-2 since 10:06:00, by run 20261123T100000.000Z-failover"},
		"a journal not read":       {func(s *scene) { s.in.Record.Runs = failed(aws.Part[[]RunRead]{}, fault.Denied, noon) }, "writer", CheckUnknown, "the journals were not read: ask: denied"},
		"a second writer":          {func(s *scene) { s.withoutSQL().database(1, func(db *aws.Database) { db.Source = "" }) }, "split", CheckFail, "old writer dr-db in us-west-2 NOT fenced"},
		"a session that ends":      {west(func(s *aws.Snapshot) { s.Identity.Value.Expires = noon.Add(10 * time.Minute) }), "session", CheckFail, "ops-read ends in 10 min, a run takes 14 min"},
		"a session that ends soon": {west(func(s *aws.Snapshot) { s.Identity.Value.Expires = noon.Add(50 * time.Minute) }), "session", CheckWarn, "ops-read ends in 50 min"},
		"a session that is over":   {west(func(s *aws.Snapshot) { s.Identity = failed(s.Identity, fault.Expired, noon) }), "session", CheckFail, "ask: credentials expired"},
		"a lease that is held": {func(s *scene) {
			s.in.Record.Lease.Value = HeldRead{Held: true, Grant: runbook.Grant{Holder: "kim", Host: "desk", Run: "r1", Fence: 17}}
		}, "lease", CheckFail, "kim on desk holds it with run r1 (fence 17)"},
		"a lease not read": {func(s *scene) { s.in.Record.Lease = failed(aws.Part[HeldRead]{}, fault.Unreachable, noon) }, "lease", CheckUnknown, "who holds it is not known: ask: unreachable"},
		"a run left half-way": {func(s *scene) {
			s.journals(begin(Failover, "us-east-1", "us-west-2", noon.Add(-time.Hour)).step(StepFence, time.Minute, 0).end(runbook.Stopped))
		}, "open-run", CheckFail, "1 run: fail over us-east-1 to us-west-2, begun 60 min ago"},
		"a journal of this machine": {func(s *scene) {
			s.in.Record.Shared, s.in.Record.Where, s.in.Record.Region = false, "this machine only", ""
		}, "journal", CheckWarn, "this machine only: if it dies"},
		"a bucket in the region": {func(s *scene) { s.in.Record.Region = "us-east-1" }, "state", CheckFail, "in us-east-1: runs and lock (s3://runs/example/)"},
		"roles and states in the region": {func(s *scene) {
			s.in.Config.Roles.Bucket, s.in.Config.Journal.Region, s.in.Config.Terraform.State.Bucket = "shop-roles", "us-east-1", "shop-state"
		}, "state", CheckFail, "in us-east-1: the roles file (s3://shop-roles)"},
		"no run yet":        {func(s *scene) { s.journals() }, "last-run", CheckWarn, "there was none yet"},
		"a run of long ago": {func(s *scene) { s.journals(whole(Failover, "us-west-2", "us-east-1", noon.Add(-41*24*time.Hour))) }, "last-run", CheckWarn, "failover 40 days ago"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fit()
			c.change(s)
			got := checkOf(t, Checks(s.join(), "us-east-1", Failover), c.id)
			if got.Verdict != c.verdict || !strings.HasPrefix(got.Text, c.text) {
				t.Errorf("%s: %q\nwant %s: %q", got.Verdict, got.Text, c.verdict, c.text)
			}
			if (got.Override != "") != got.Blocking || got.Blocking && got.Verdict == CheckPass {
				t.Errorf("%s: blocking %t with %q", got.Verdict, got.Blocking, got.Override)
			}
		})
	}
}

func TestNothingOfTheRegionBeingLeftBlocksAFailover(t *testing.T) {
	s := fit()
	s.join()
	s.pass(fast).darken(0).join()
	e := s.periods(40)
	for _, c := range Checks(e, "us-east-1", Failover) {
		if c.Blocking {
			t.Errorf("%s blocks: %s: %s", c.ID, c.Verdict, c.Text)
		}
	}
	blocking := []string{}
	for _, c := range Checks(e, "us-east-1", Switchover) {
		if c.Blocking {
			blocking = append(blocking, c.ID+": "+c.Override)
		}
	}
	if !slices.Contains(blocking, "leaving: go on though us-east-1 does not answer") {
		t.Errorf("a switchover away from a dark region is blocked by %q", blocking)
	}
}

func TestWhatWasNeverReadHasNotPassed(t *testing.T) {
	for _, c := range Join(Inputs{Config: wellConfig(), Record: &RecordInput{}}, nil, noon).Checks {
		if c.Verdict != CheckUnknown || c.Text == "" {
			t.Errorf("%s: %s: %s", c.ID, c.Verdict, c.Text)
		}
	}
}

func TestTheOtherDirectionIsHeldAgainstTheOtherRegion(t *testing.T) {
	e := fit().join()
	if c := checkOf(t, Checks(e, "us-west-2", Failover), "writer"); c.Verdict != CheckFail || !c.Blocking {
		t.Errorf("leaving us-west-2: %+v", c)
	}
	assertText(t, "title", checkOf(t, Checks(e, "us-west-2", Failover), "images").Title, "every running image is in us-east-1's registry")
	assertText(t, "as it stands", checkOf(t, e.Checks, "images").Title, "every running image is in us-west-2's registry")
}

func TestAPilotLightIsHeldAgainstItsOwnShape(t *testing.T) {
	s := pilot(config.PilotLight)
	s.west.Backups.Value[0].Latest = noon.Add(-time.Minute)
	for _, id := range []string{"replica", "lag", "recovery-point", "slot", "database", "services", "images"} {
		if c := checkOf(t, s.join().Checks, id); c.Verdict != CheckPass {
			t.Errorf("%s: %s: %s", c.ID, c.Verdict, c.Text)
		}
	}
	s.west.Backups.Value[0].Latest = noon.Add(-time.Hour)
	if c := checkOf(t, s.join().Checks, "recovery-point"); c.Verdict != CheckFail {
		t.Errorf("an old recovery point: %s: %s", c.Verdict, c.Text)
	}
}
