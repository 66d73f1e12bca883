package aws_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
)

// noon is when it is in the tests whose time stands still.
var noon = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

// still is an estate in which no time passes.
func still(t testing.TB, services int) *place {
	t.Helper()
	hermetic(t)
	return serve(t, cloud.Reference(cloud.Options{Seed: 7, Services: services, Now: func() time.Time { return noon }}))
}

// at gives a spec the clock of a still estate.
func at(s aws.Spec) aws.Spec {
	s.Now = func() time.Time { return noon }
	return s
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n\tis   %+v\n\twant %+v", what, got, want)
	}
}

func TestAFastRefreshSaysWhatTheRegionIs(t *testing.T) {
	p := still(t, 4)
	for _, region := range []string{east, west} {
		t.Run(region, func(t *testing.T) {
			f := reader(t, at(p.spec(region))).Fast(t.Context(), aws.Fast{})
			wantNoErrors(t, errorsOf(f))
			p.Locked(func(w *cloud.World) {
				r := w.Region(region)
				want(t, "identity", f.Identity.Value, aws.Identity{
					Account: w.Account, ARN: w.Identity.ARN, Name: "davidshaevel-ops-read", Source: "EnvConfigCredentials",
				})
				compareServices(t, r, f.Services.Value)
				compareScaling(t, r, f.Scaling.Value)
				compareBalancers(t, r, f)
				compareDatabases(t, w, r, f.Databases.Value)
				compareMetrics(t, r, f.Metrics.Value)
			})
			for what, seen := range map[string]time.Time{"services": f.Services.Seen, "metrics": f.Metrics.Seen, "api": f.API.Seen} {
				want(t, what+" were seen", seen, noon)
			}
			want(t, "answered", f.API.Value.Answered, f.Calls)
		})
	}
}

func compareServices(t *testing.T, r *cloud.Region, got []aws.Service) {
	var all []aws.Service
	for _, c := range r.Clusters {
		for _, s := range c.Services {
			v := aws.Service{
				Cluster: c.Name, Name: s.Name, Status: "ACTIVE", Desired: s.Desired, Running: s.Count(cloud.Running), Pending: s.PendingCount(),
				TaskDefinition: fmt.Sprintf("%s:%d", s.TaskDefinition.Family, s.TaskDefinition.Revision),
				Rollout:        s.Deployments[0].Rollout, RolloutReason: s.Deployments[0].RolloutReason, DeployedAt: milli(s.Deployments[0].UpdatedAt),
			}
			for _, e := range s.Events {
				v.Events = append(v.Events, aws.Event{At: milli(e.At), Message: e.Message})
			}
			for _, d := range s.TaskDefinition.Containers {
				image := aws.ContainerImage{Container: d.Name, Reference: d.Image}
				for _, task := range s.Tasks() {
					image.Digest, image.Running = task.Containers[0].Digest, true
				}
				v.Images = append(v.Images, image)
			}
			all = append(all, v)
		}
	}
	for i := range got {
		got[i].DeployedAt = milli(got[i].DeployedAt)
		for n := range got[i].Events {
			got[i].Events[n].At = milli(got[i].Events[n].At)
		}
	}
	want(t, "services", got, all)
}

func compareScaling(t *testing.T, r *cloud.Region, got []aws.ScalingTarget) {
	var all []aws.ScalingTarget
	for i, s := range r.ScalableTargets {
		all = append(all, aws.ScalingTarget{Cluster: r.Clusters[0].Name, Service: r.Clusters[0].Services[i].Name, Min: s.Min, Max: s.Max})
	}
	want(t, "scaling", got, all)
}

func compareBalancers(t *testing.T, r *cloud.Region, f aws.Fast) {
	groups := map[string]aws.TargetGroup{}
	var all []aws.Balancer
	for _, b := range r.Balancers {
		v := aws.Balancer{Name: b.Name, ARN: b.ARN, DNSName: b.DNSName, State: "active"}
		for _, g := range r.TargetGroups {
			v.TargetGroups = append(v.TargetGroups, g.Name)
			group := aws.TargetGroup{Name: g.Name, ARN: g.ARN, Balancer: b.Name}
			for _, target := range g.Targets {
				group.Targets = append(group.Targets, aws.Target{ID: target.IP, Zone: target.AZ, Port: target.Port, State: target.State})
			}
			groups[g.Name] = group
		}
		all = append(all, v)
	}
	want(t, "balancers", f.Balancers.Value, all)
	want(t, "number of target groups", len(f.Targets), len(groups))
	for name, g := range groups {
		got := f.Targets[name]
		want(t, "number of targets of "+name, len(got.Value.Targets), len(g.Targets))
		for _, target := range g.Targets {
			found := false
			for _, other := range got.Value.Targets {
				found = found || other == target
			}
			if !found {
				t.Errorf("target %+v of %s is not in %+v", target, name, got.Value.Targets)
			}
		}
		want(t, name+" belongs to", got.Value.Balancer+" "+got.Value.ARN, g.Balancer+" "+g.ARN)
	}
}

func compareDatabases(t *testing.T, w *cloud.World, r *cloud.Region, got []aws.Database) {
	var all []aws.Database
	for _, d := range r.Databases {
		v := aws.Database{
			ID: d.ID, ARN: d.ARN, ResourceID: d.ResourceID, Class: d.Class, Status: d.Status, Engine: "postgres", Version: d.Version,
			Endpoint: d.Host, Port: d.Port, MultiAZ: d.MultiAZ, Encrypted: true, KMSKey: d.KMSKey, RetentionDays: d.Retention,
			LatestRestorable: milli(d.LatestRestorable(w)), StorageGiB: d.Storage, MaxStorageGiB: d.MaxStorage,
			DeletionProtection: d.DeletionProtection, ManagedPassword: d.ManagedPassword, Created: milli(d.Created), Groups: d.Groups,
			SubnetGroup: d.Subnets, ParameterGroup: d.Parameters, StorageType: d.StorageType, User: d.User, Name: d.Name, Tags: map[string]string{}, Upkeep: aws.Upkeep(d.Upkeep),
		}
		v.Logs = append([]string{}, d.Logs...)
		for _, tag := range d.Tags {
			v.Tags[tag.Key] = tag.Value
		}
		if d.Source != nil {
			v.Source, v.ReplicationState = d.Source.ARN, "replicating"
		}
		for _, replica := range d.Replicas {
			v.Replicas = append(v.Replicas, replica.ARN)
		}
		all = append(all, v)
	}
	for i := range got {
		got[i].LatestRestorable, got[i].Created = milli(got[i].LatestRestorable), milli(got[i].Created)
		if len(got[i].Replicas) == 0 {
			got[i].Replicas = nil
		}
		want(t, got[i].ID+" is a writer", got[i].Writer(), r.Databases[i].Source == nil)
	}
	want(t, "databases", got, all)
}

func compareMetrics(t *testing.T, r *cloud.Region, got aws.Metrics) {
	for _, d := range r.Databases {
		of := func(metric string, since time.Duration) aws.Series {
			return points(r, cloud.Metric{Namespace: "AWS/RDS", Name: metric, Dimensions: "DBInstanceIdentifier=" + d.ID}, "Average", since)
		}
		want(t, "metrics of "+d.ID, got.Databases[d.ID], aws.DatabaseMetrics{
			ReplicaLag: of("ReplicaLag", time.Hour), SlotLag: of("OldestReplicationSlotLag", 15*time.Minute),
			WALDisk: of("TransactionLogsDiskUsage", 15*time.Minute), FreeStorage: of("FreeStorageSpace", 15*time.Minute),
			Connections: of("DatabaseConnections", 15*time.Minute), Period: time.Minute,
		})
		if lag := got.Databases[d.ID].ReplicaLag; d.Source != nil && len(lag) != 59 { // begun since 11:00:30, and over
			t.Errorf("%d points of the lag of %s in an hour", len(lag), d.ID)
		}
	}
	for _, b := range r.Balancers {
		of := func(metric, stat string) aws.Series {
			_, value, _ := strings.Cut(b.ARN, ":loadbalancer/")
			return points(r, cloud.Metric{Namespace: "AWS/ApplicationELB", Name: metric, Dimensions: "LoadBalancer=" + value}, stat, 15*time.Minute)
		}
		m := got.Balancers[b.Name]
		want(t, "requests of "+b.Name, m.Requests, of("RequestCount", "Sum"))
		want(t, "p95 of "+b.Name, m.P95, of("TargetResponseTime", "p95"))
		errors := map[time.Time]float64{}
		for _, p := range append(of("HTTPCode_ELB_5XX_Count", "Sum"), of("HTTPCode_Target_5XX_Count", "Sum")...) {
			errors[p.At] += p.Value
		}
		want(t, "number of points of errors of "+b.Name, len(m.Errors5xx), len(errors))
		for i, p := range m.Errors5xx {
			want(t, "errors at "+p.At.String(), p.Value, errors[p.At])
			if i > 0 && !m.Errors5xx[i-1].At.Before(p.At) {
				t.Error("errors are not in order of time")
			}
		}
	}
}
