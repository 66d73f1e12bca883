package aws_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
)

// milli is a time as the protocols carry it.
func milli(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	return at.UTC().Truncate(time.Millisecond)
}

// points are a metric's values since before noon, as the model holds them.
func points(r *cloud.Region, m cloud.Metric, stat string, since time.Duration) aws.Series {
	data, ok := r.Datapoints(m, noon.Add(-since), noon.Add(time.Minute), time.Minute, stat)
	if !ok {
		panic("no statistic " + stat)
	}
	var s aws.Series
	for _, d := range data {
		if !d.At.Before(noon.Add(-since)) {
			s = append(s, aws.Point{At: d.At.UTC(), Value: d.Value})
		}
	}
	return s
}

func TestASlowRefreshSaysWhatTheRegionKeeps(t *testing.T) {
	p := still(t, 4)
	for _, region := range []string{east, west} {
		t.Run(region, func(t *testing.T) {
			s := reader(t, at(p.spec(region))).Slow(t.Context(), aws.Slow{})
			wantNoErrors(t, errorsOfSlow(s))
			p.Locked(func(w *cloud.World) {
				r := w.Region(region)
				compareImages(t, r, s.Images.Value)
				compareListeners(t, r, s)
				compareSnapshots(t, w, r, s)
				secret := r.Secrets[0]
				expected := aws.Secret{Name: secret.Name, ARN: secret.ARN, Key: secret.KMSKey, About: secret.Description, Changed: milli(secret.Changed)}
				if region == east {
					expected.Replicas = []aws.SecretReplica{{Region: west, Status: "InSync"}}
				} else {
					expected.PrimaryRegion = east
				}
				s.Secrets.Value[0].Changed = milli(s.Secrets.Value[0].Changed)
				want(t, "secrets", s.Secrets.Value, []aws.Secret{expected})
				q := r.Quotas[0]
				want(t, "quotas", s.Quotas.Value, []aws.Quota{{Service: q.Service, Code: q.Code, Name: q.Name, Value: q.Value}})
			})
		})
	}
}

func compareImages(t *testing.T, r *cloud.Region, got []aws.Image) {
	var all []aws.Image
	for _, repo := range r.Repositories {
		for _, i := range repo.Images {
			all = append(all, aws.Image{Repository: repo.Name, Digest: i.Digest, Tags: i.Tags, PushedAt: milli(i.Pushed), Bytes: i.Size})
		}
	}
	for i := range got {
		got[i].PushedAt = milli(got[i].PushedAt)
	}
	want(t, "images", got, all)
}

func compareListeners(t *testing.T, r *cloud.Region, s aws.Slow) {
	b, c := r.Balancers[0], r.Certificates[0]
	want(t, "listeners", s.Listeners.Value, []aws.Listener{
		{Balancer: b.Name, Port: 80, Protocol: "HTTP", Default: "redirect to HTTPS:443"},
		{Balancer: b.Name, Port: 443, Protocol: "HTTPS", Certificates: []string{c.ARN}, Default: "forward to " + r.TargetGroups[0].Name},
	})
	s.Certificates.Value[0].NotAfter = milli(s.Certificates.Value[0].NotAfter)
	want(t, "certificates", s.Certificates.Value, []aws.Certificate{
		{ARN: c.ARN, Domain: c.Domain, Names: c.Names, Status: c.Status, NotAfter: milli(c.NotAfter)},
	})
}

func compareSnapshots(t *testing.T, w *cloud.World, r *cloud.Region, s aws.Slow) {
	var all []aws.DBSnapshot
	for _, o := range r.Snapshots {
		all = append(all, aws.DBSnapshot{
			ID: o.ID, Database: o.Database, Status: o.Status, Type: o.Type, Created: milli(o.Created), Original: milli(o.Original),
			SourceRegion: o.SourceReg, Percent: o.Percent,
		})
	}
	slices.SortStableFunc(all, func(a, b aws.DBSnapshot) int { return b.Original.Compare(a.Original) })
	got := s.Snapshots.Value
	for i := range got {
		got[i].Created, got[i].Original = milli(got[i].Created), milli(got[i].Original)
	}
	want(t, "snapshots", got, all)
	if r.Name == west && (len(got) == 0 || got[0].SourceRegion != east || !got[0].Original.Before(got[0].Created)) {
		t.Errorf("the copies from the other region do not come by their original time: %+v", got)
	}

	var backups []aws.Backup
	for _, d := range r.Databases {
		if latest := d.LatestRestorable(w); !latest.IsZero() {
			backups = append(backups, aws.Backup{
				ARN: fmt.Sprintf("arn:aws:rds:%s:%s:auto-backup:ab-%s", r.Name, w.Account, d.ResourceID), Database: d.ID, Status: "active", RetentionDays: d.Retention, Latest: milli(latest), Earliest: milli(latest.AddDate(0, 0, -d.Retention)),
			})
		}
	}
	for _, b := range r.Backups {
		earliest, latest := b.Window(w)
		backups = append(backups, aws.Backup{
			ARN: b.ARN, Database: b.Source.ID, SourceRegion: east, Status: b.Status, RetentionDays: b.Retention, Earliest: milli(earliest), Latest: milli(latest),
		})
	}
	for i := range s.Backups.Value {
		s.Backups.Value[i].Earliest, s.Backups.Value[i].Latest = milli(s.Backups.Value[i].Earliest), milli(s.Backups.Value[i].Latest)
	}
	want(t, "backups", s.Backups.Value, backups)
}
