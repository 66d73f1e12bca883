package dr

import (
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

func eastSnapshot(at time.Time) *aws.Snapshot {
	s := snapshot("us-east-1", "dev", 2, 1, at)
	s.Databases = part([]aws.Database{{
		ID: "dev-db", ARN: "arn:aws:rds:us-east-1:1:db:dev-db", Status: "available", Engine: "postgres", Version: "15.12",
		Replicas: []string{"arn:aws:rds:us-west-2:1:db:dr-db"}, RetentionDays: 7, LatestRestorable: at.Add(-3 * time.Minute), StorageGiB: 20,
	}}, at)
	s.Metrics = part(aws.Metrics{
		Balancers: map[string]aws.BalancerMetrics{"dev-alb": {Period: time.Minute,
			Requests: aws.Series{{At: at.Add(-time.Minute), Value: 720}}, P95: aws.Series{{At: at.Add(-time.Minute), Value: 0.083}}}},
		Databases: map[string]aws.DatabaseMetrics{"dev-db": {Period: time.Minute,
			Connections: aws.Series{{At: at.Add(-time.Minute), Value: 12}}, FreeStorage: aws.Series{{At: at.Add(-time.Minute), Value: 10 << 30}},
			SlotLag: aws.Series{{At: at.Add(-time.Minute), Value: 1 << 20}}}},
	}, at)
	s.Secrets = part([]aws.Secret{{Name: "db", Replicas: []aws.SecretReplica{{Region: "us-west-2", Status: "InSync"}}}}, at)
	return s
}

func westSnapshot(at time.Time) *aws.Snapshot {
	s := snapshot("us-west-2", "dr", 1, 0, at)
	s.Databases = part([]aws.Database{{
		ID: "dr-db", ARN: "arn:aws:rds:us-west-2:1:db:dr-db", Status: "available", Engine: "postgres", Version: "15.12",
		Source: "arn:aws:rds:us-east-1:1:db:dev-db", ReplicationState: "replicating", StorageGiB: 20,
	}}, at)
	s.Metrics = part(aws.Metrics{Databases: map[string]aws.DatabaseMetrics{"dr-db": {Period: time.Minute, ReplicaLag: lagSeries(at, 0.9, 1.1, 0.8)}}}, at)
	s.Backups = part([]aws.Backup{{Database: "dev-db", SourceRegion: "us-east-1", Status: "replicating", Latest: at.Add(-5 * time.Minute)}}, at)
	s.Secrets = part([]aws.Secret{{Name: "db", PrimaryRegion: "us-east-1"}}, at)
	return s
}

// lagSeries has a point a minute, the newest a minute ago.
func lagSeries(at time.Time, values ...float64) aws.Series {
	var s aws.Series
	for i, v := range values {
		s = append(s, aws.Point{At: at.Add(-time.Duration(len(values)-i) * time.Minute), Value: v})
	}
	return s
}

// snapshot is a region whose two services run tasks each, and grafana few.
func snapshot(region, env string, tasks, few int, at time.Time) *aws.Snapshot {
	s := &aws.Snapshot{Region: region}
	s.API = part(aws.APIHealth{Answered: 12, Slowest: 80 * time.Millisecond}, at)
	s.Identity = part(aws.Identity{Account: "1", Name: "ops-read", Source: "SSOProvider", Expires: at.Add(5 * time.Hour)}, at)
	s.Balancers = part([]aws.Balancer{{Name: env + "-alb", DNSName: env + "-alb.elb", State: "active", TargetGroups: []string{env + "-frontend", env + "-backend"}}}, at)
	s.Targets = map[string]aws.Part[aws.TargetGroup]{}
	for _, name := range []string{"frontend", "backend"} {
		g := aws.TargetGroup{Name: env + "-" + name, Balancer: env + "-alb"}
		for range tasks {
			g.Targets = append(g.Targets, aws.Target{ID: "10.0.0.1", Port: 3000, State: "healthy"})
		}
		s.Targets[g.Name] = part(g, at)
	}
	s.Services = part([]aws.Service{
		service(env, "frontend", tasks, "3f1c2d4e", at), service(env, "backend", tasks, "91ab0788", at), service(env, "grafana", few, "", at),
	}, at)
	s.Scaling = part([]aws.ScalingTarget{{Cluster: env, Service: env + "-backend", Min: tasks, Max: 4}}, at)
	s.Images = part([]aws.Image{
		{Repository: "frontend", Digest: "sha256:3f1c2d4e", Tags: []string{"3f1c2d4e"}, PushedAt: at.Add(-24 * time.Hour)},
		{Repository: "backend", Digest: "sha256:91ab0788", Tags: []string{"91ab0788"}, PushedAt: at.Add(-24 * time.Hour)},
		{Repository: "backend", Digest: "sha256:88e0c4aa", Tags: []string{"88e0c4aa"}, PushedAt: at.Add(-24*time.Hour - 9*time.Minute)},
	}, at)
	s.Snapshots, s.Backups = part([]aws.DBSnapshot(nil), at), part([]aws.Backup(nil), at)
	s.Certificates = part([]aws.Certificate{{Domain: "example.com", Status: "ISSUED", NotAfter: at.Add(171 * 24 * time.Hour)}}, at)
	s.Quotas = part([]aws.Quota{{Service: "fargate", Code: fargateVCPU, Value: 6}}, at)
	return s
}

func service(env, name string, tasks int, digest string, at time.Time) aws.Service {
	v := aws.Service{
		Cluster: env, Name: env + "-" + name, Status: "ACTIVE", Desired: tasks, Running: tasks, Rollout: "COMPLETED",
		TaskDefinition: env + "-" + name + ":7", DeployedAt: at.Add(-24 * time.Hour),
	}
	image := aws.ContainerImage{Container: name, Reference: "1.dkr.ecr." + map[string]string{"dev": "us-east-1", "dr": "us-west-2"}[env] + ".amazonaws.com/" + name + ":" + digest, Digest: "sha256:" + digest, Running: tasks > 0}
	if digest == "" {
		image.Reference, image.Digest = "grafana/grafana:10.4.2", ""
	}
	v.Images = []aws.ContainerImage{image}
	return v
}

// definitions are those of a region's services: a quarter of a vCPU each, and all in the region.
func definitions(s *aws.Snapshot) aws.Definitions {
	all := aws.Definitions{}
	for _, v := range s.Services.Value {
		d := aws.Definition{
			Family: v.Name, VCPU: 0.25, Images: []string{"1.dkr.ecr." + s.Region + ".amazonaws.com/" + v.Name},
			Values:  map[string]string{"AWS_REGION": s.Region},
			Secrets: []string{"arn:aws:secretsmanager:" + s.Region + ":1:secret:db"},
		}
		if strings.HasSuffix(v.Name, "-backend") {
			d.Values["DB_HOST"] = v.Cluster + "-db.rds"
		}
		all[v.TaskDefinition] = d
	}
	return all
}

func primaryReading(at time.Time) pg.Reading {
	return pg.Reading{
		At: at, ServerTime: at, RoundTrip: 2 * time.Millisecond, Version: "15.12", Timeline: 1, SystemID: 7, CurrentLSN: 1000,
		Standbys: []pg.Standby{{State: "streaming"}}, Connections: []pg.Connection{{Count: 12}},
		Earlier: []pg.Mark{{Time: at.Add(-1100 * time.Millisecond), LSN: 900}},
	}
}

func standbyReading(at time.Time) pg.Reading {
	return pg.Reading{
		At: at, ServerTime: at, RoundTrip: 2 * time.Millisecond, Version: "15.12", InRecovery: true, Timeline: 1, SystemID: 7,
		ReceiveLSN: 950, ReplayLSN: 900, LastReplay: at.Add(-1200 * time.Millisecond), Receiver: pg.Receiver{Status: "streaming", Timeline: 1, Heard: at},
	}
}

// shifted is the same reading, made later; fed says whether the standby still gets anything.
func shifted(r pg.Reading, d time.Duration, fed bool) pg.Reading {
	r.At, r.ServerTime = r.At.Add(d), r.ServerTime.Add(d)
	if fed && !r.LastReplay.IsZero() {
		r.LastReplay, r.Receiver.Heard = r.LastReplay.Add(d), r.Receiver.Heard.Add(d)
	}
	earlier := r.Earlier
	r.Earlier = nil
	for _, m := range earlier {
		r.Earlier = append(r.Earlier, pg.Mark{Time: m.Time.Add(d), LSN: m.LSN})
	}
	return r
}

// again is a part after another attempt with the same result.
func again[T any](p aws.Part[T], at time.Time) aws.Part[T] {
	if p.Tried.IsZero() {
		return p
	}
	if p.Tried = at; p.Err == nil {
		p.Seen = at
	}
	return p
}

func reread(old *aws.Snapshot, at time.Time) *aws.Snapshot {
	s := *old
	s.API, s.Identity, s.Services = again(s.API, at), again(s.Identity, at), again(s.Services, at)
	s.Scaling, s.Balancers, s.Databases, s.Metrics = again(s.Scaling, at), again(s.Balancers, at), again(s.Databases, at), again(s.Metrics, at)
	s.Images, s.Certificates, s.Secrets, s.Quotas = again(s.Images, at), again(s.Certificates, at), again(s.Secrets, at), again(s.Quotas, at)
	s.Snapshots, s.Backups = again(s.Snapshots, at), again(s.Backups, at)
	s.Targets = map[string]aws.Part[aws.TargetGroup]{}
	for name, p := range old.Targets {
		s.Targets[name] = again(p, at)
	}
	return &s
}

func rereadEdge(e edge.Snapshot, at time.Time) edge.Snapshot {
	e.Pages, e.API, e.Write = again(e.Pages, at), again(e.API, at), again(e.Write, at)
	e.Distribution, e.Zone = again(e.Distribution, at), again(e.Zone, at)
	balancers := map[string]aws.Part[edge.Answer]{}
	for name, p := range e.Balancers {
		balancers[name] = again(p, at)
	}
	e.Balancers = balancers
	var all []edge.Resolution
	for _, r := range e.Resolvers {
		r.API, r.Names = again(r.API, at), again(r.Names, at)
		all = append(all, r)
	}
	e.Resolvers = all
	return e
}

// silentAPI is a region's AWS API that gives no answer any more.
func silentAPI(s *aws.Snapshot, at time.Time) {
	s.API = part(aws.APIHealth{Silent: 7}, at)
	s.Identity, s.Services, s.Scaling = failed(s.Identity, fault.TimedOut, at), failed(s.Services, fault.TimedOut, at), failed(s.Scaling, fault.TimedOut, at)
	s.Balancers, s.Databases, s.Metrics = failed(s.Balancers, fault.TimedOut, at), failed(s.Databases, fault.TimedOut, at), failed(s.Metrics, fault.TimedOut, at)
	targets := map[string]aws.Part[aws.TargetGroup]{}
	for name, p := range s.Targets {
		targets[name] = failed(p, fault.TimedOut, at)
	}
	s.Targets = targets
}
