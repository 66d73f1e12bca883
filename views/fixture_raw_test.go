package views

import (
	"time"

	"lifeboat/dr"
)

// set makes a value of a type that belongs to a reader, without naming it.
func set[T any](p **T) *T {
	*p = new(T)
	return *p
}

// deep adds to an estate what only its pages show: the readers' own words.
func deep(e *dr.Estate) *dr.Estate {
	for i := range e.Regions {
		deepRegion(&e.Regions[i])
	}
	edge := &e.Edge
	edge.Distribution.Seen, edge.Zone.Seen = fresh().At, fresh().At
	d := &edge.Distribution.Value
	d.ID, d.Domain, d.Status, d.Enabled = "E2QX", "d111111abcdef8.cloudfront.net", "Deployed", true
	grow(&d.Origins, 2)
	d.Origins[0].ID, d.Origins[0].Domain, d.Origins[0].Protocol, d.Origins[0].Region = "primary", "origin.davidshaevel.com", "https-only", "us-east-1"
	d.Origins[1].ID, d.Origins[1].Domain, d.Origins[1].Protocol, d.Origins[1].Region = "dr", "dr-alb.us-west-2.elb.amazonaws.com", "https-only", "us-west-2"
	grow(&d.Groups, 1)
	d.Groups[0].ID, d.Groups[0].Members, d.Groups[0].Statuses = "pages", []string{"primary", "dr"}, []int{500, 502, 503, 504}
	grow(&d.Behaviors, 2)
	d.Behaviors[0].Path, d.Behaviors[0].Target, d.Behaviors[0].Methods = "/api/*", "primary", []string{"GET", "HEAD", "POST"}
	d.Behaviors[1].Path, d.Behaviors[1].Target, d.Behaviors[1].Group, d.Behaviors[1].Methods = "*", "pages", true, []string{"GET", "HEAD"}
	z := &edge.Zone.Value
	grow(&z.Records, 2)
	z.Records[0].Name, z.Records[0].Type, z.Records[0].Content, z.Records[0].TTL = "davidshaevel.com", "CNAME", d.Domain, time.Minute
	z.Records[1].Name, z.Records[1].Type, z.Records[1].Content, z.Records[1].Proxied = "grafana.davidshaevel.com", "CNAME", "prod-alb.us-east-1.elb.amazonaws.com", true
	return e
}

// restorable is a pilot light whose primary is dark: us-west-2 holds replicated backups, one copy that is whole and one that is not yet.
func restorable() *dr.Estate {
	e := deep(darkEast())
	e.Strategy, e.Replication.Replica = "pilot-light", ""
	raw := e.Regions[1].Raw
	b := &raw.Backups.Value[0]
	b.ARN, b.SourceRegion, b.Latest = "arn:aws:rds:us-west-2:1:auto-backup:ab-1", "us-east-1", at("02:55:00")
	grow(&raw.Snapshots.Value, 9)
	for i := range raw.Snapshots.Value {
		s := &raw.Snapshots.Value[i]
		s.SourceRegion, s.Original, s.Status = "us-east-1", noon.AddDate(0, 0, -1-i), "available"
		s.ID = "copy-of-prod-db-" + s.Original.Format("2006-01-02-15-04")
	}
	raw.Snapshots.Value[0].ID, raw.Snapshots.Value[0].Original, raw.Snapshots.Value[0].Status = "prod-db-before-release", at("02:40:00"), "copying"
	raw.Snapshots.Value[0].Percent = 35
	return e
}

func deepRegion(r *dr.Region) {
	raw := set(&r.Raw)
	raw.Calls, raw.Took = 12, 340*time.Millisecond
	raw.API.Seen, raw.API.Value.Answered, raw.API.Value.Slowest = fresh().At, 12, 91*time.Millisecond
	grow(&raw.Listeners.Value, 1)
	raw.Listeners.Value[0].Balancer, raw.Listeners.Value[0].Port = r.Balancers[0].Name, 443
	raw.Listeners.Value[0].Protocol, raw.Listeners.Value[0].Default = "HTTPS", "forward to frontend"
	grow(&raw.Certificates.Value, 1)
	raw.Certificates.Value[0].Domain, raw.Certificates.Value[0].Status = "davidshaevel.com", "ISSUED"
	raw.Certificates.Value[0].NotAfter = noon.AddDate(0, 0, 210)
	grow(&raw.Snapshots.Value, 2)
	for i, day := range []int{-3, -1} {
		s := &raw.Snapshots.Value[i]
		s.ID, s.Type, s.Status, s.Original = "nightly-"+noon.AddDate(0, 0, day).Format("01-02"), "automated", "available", noon.AddDate(0, 0, day)
	}
	grow(&raw.Backups.Value, 1)
	k := &raw.Backups.Value[0]
	k.Database, k.Status, k.Earliest, k.Latest = "prod-db", "active", noon.AddDate(0, 0, -7), at("03:12:00")
	for i := range r.Services {
		deepService(&r.Services[i])
	}
	d := set(&r.Databases[0].Raw)
	d.Class, d.Endpoint, d.Port, d.StorageGiB, d.MaxStorageGiB = "db.t3.micro", r.Databases[0].ID+".rds.amazonaws.com", 5432, 20, 100
	d.Encrypted, d.DeletionProtection = true, true
}

func deepService(s *dr.Service) {
	raw := set(&s.Raw)
	raw.TaskDefinition, raw.DeployedAt, raw.RolloutReason = "prod-"+s.Name+":42", at("02:40:00"), "ECS deployment ecs-svc/9 completed."
	grow(&raw.Events, 2)
	raw.Events[0], raw.Events[1] = s.LastEvent, s.LastEvent
	raw.Events[1].At, raw.Events[1].Message = at("02:43:00"), "(service "+s.Name+") registered 1 targets in (target-group x)"
	grow(&raw.Images, 1)
	raw.Images[0].Container, raw.Images[0].Reference, raw.Images[0].Running = s.Name, "123456789012.dkr.ecr.us-east-1.amazonaws.com/"+s.Name+":1.8.3", true
	grow(&s.Stopped, 1)
	code := 137
	s.Stopped[0].ID, s.Stopped[0].At, s.Stopped[0].Reason, s.Stopped[0].ExitCode = "task/0f3a", at("02:39:00"), "OutOfMemoryError: container killed", &code
}
