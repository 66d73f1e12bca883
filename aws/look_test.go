package aws_test

import (
	"slices"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

func TestServicesAreReadAfreshInTheOrderOfTheirNames(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		read := func() []aws.ServiceState {
			services, err := c.Services(t.Context(), cluster, []string{dr + "-prometheus", "nothing", drBackend})
			if err != nil || len(services) != 2 {
				t.Fatalf("%v: %+v", err, services)
			}
			return services
		}
		got := read()
		want(t, "names", []string{got[0].Name, got[1].Name}, []string{dr + "-prometheus", drBackend})
		want(t, "groups without a balancer", len(got[0].TargetGroups), 0)
		p.Locked(func(w *cloud.World) {
			s, v := apiOf(w), got[1]
			want(t, "ARNs", []string{v.ARN, v.DefinitionARN}, []string{s.ARN, s.TaskDefinition.ARN})
			want(t, "groups", v.TargetGroups, []string{s.TargetGroup.ARN})
			want(t, "deployment", []any{v.Deployment, v.Deployments, v.Failed}, []any{s.Deployments[0].ID, 1, 0})
			want(t, "begun", milli(v.DeployedCreated), milli(s.Deployments[0].Created))
			want(t, "counts and grace", []any{v.Desired, v.Running, v.Grace}, []any{s.Desired, s.Count(cloud.Running), s.Grace})
		})
		if err := c.Deploy(t.Context(), cluster, drBackend); err != nil {
			t.Fatal(err)
		}
		if v := read()[1]; v.Deployment == got[1].Deployment || v.Deployments != 2 || v.Rollout != "IN_PROGRESS" {
			t.Errorf("after a new deployment it is %+v", v)
		}
		none, err := c.Services(t.Context(), "nowhere", []string{drBackend})
		want(t, "services of no cluster", []any{len(none), err}, []any{0, nil})
	})
}

func TestATaskIsCountedUntilItHasStopped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(east), nil)
		living := func() int {
			n, err := c.Tasks(t.Context(), "dev-cluster", backend)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		want(t, "running", living(), 2)
		if err := c.SetScaling(t.Context(), "dev-cluster", backend, 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := c.SetDesired(t.Context(), "dev-cluster", backend, 0, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		services, err := c.Services(t.Context(), "dev-cluster", []string{backend})
		if err != nil || services[0].Running != 0 {
			t.Errorf("ECS still counts %+v as running (%v)", services, err)
		}
		want(t, "told to stop, and draining", living(), 2)
		connections := func() float64 {
			s, err := c.Metric(t.Context(), "DatabaseConnections", "davidshaevel-dev-db", time.Now().Add(-2*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			last, _ := s.Last()
			return last.Value
		}
		if connections() == 0 {
			t.Error("there are no connections, though tasks live")
		}
		time.Sleep(3 * time.Minute)
		want(t, "stopped", living(), 0)
		want(t, "connections then", connections(), 0)
		_, err = c.Tasks(t.Context(), "dev-cluster", "nothing")
		wantKind(t, "no such service", err, fault.NotFound)
	})
}

func TestFloorsAndCeilingsAreReadAfresh(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := changer(t, open(t, 4).spec(west), nil)
		if err := c.SetScaling(t.Context(), cluster, drBackend, 2, 4); err != nil {
			t.Fatal(err)
		}
		got, err := c.Scaling(t.Context(), cluster, []string{drBackend, "nothing", dr + "-frontend"})
		if err != nil || len(got) != 2 {
			t.Fatalf("%v: %+v", err, got)
		}
		want(t, "first", got[0], aws.ScalingTarget{Cluster: cluster, Service: drBackend, Min: 2, Max: 4})
		want(t, "second", got[1].Service, dr+"-frontend")
	})
}

func TestADatabaseIsReadWithWhatIsOrderedAndNotInForceYet(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		_, err := c.Database(t.Context(), "nothing")
		wantKind(t, "no such instance", err, fault.NotFound)
		if err := c.Promote(t.Context(), standby, 7); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		d, err := c.Database(t.Context(), standby)
		want(t, "promoted", []any{d.Writer(), d.RetentionDays, d.Status, err}, []any{true, 7, "available", nil})
		if err := c.Protect(t.Context(), standby, nil, &yes); err != nil {
			t.Fatal(err)
		}
		d, _ = c.Database(t.Context(), standby)
		if d.MultiAZ || d.PendingMultiAZ == nil || !*d.PendingMultiAZ || d.PendingRetention != nil {
			t.Errorf("while it is being made: %+v", d)
		}
		time.Sleep(15 * time.Minute)
		var group string
		p.Locked(func(w *cloud.World) { group = isolation(w) })
		if err := c.SetGroups(t.Context(), standby, []string{group}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute)
		d, _ = c.Database(t.Context(), standby)
		want(t, "in the end", []any{d.MultiAZ, d.PendingMultiAZ, d.Groups}, []any{true, (*bool)(nil), []string{group}})
	})
}

func TestTheHealthOfAServicesTargetsIsRead(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		services, err := c.Services(t.Context(), cluster, []string{drBackend, dr + "-frontend"})
		if err != nil {
			t.Fatal(err)
		}
		groups := slices.Concat(services[0].TargetGroups, services[1].TargetGroups)
		got, err := c.Targets(t.Context(), groups)
		if err != nil || len(got) != 2 {
			t.Fatalf("%v: %+v", err, got)
		}
		for i, g := range got {
			healthy, all := g.Healthy()
			want(t, "group", []any{g.ARN, g.Name, healthy, all}, []any{groups[i], []string{dr + "-backend", dr + "-frontend"}[i], 1, 1})
		}
		_, err = c.Targets(t.Context(), []string{groups[0], groups[1] + "0"})
		wantKind(t, "no such group", err, fault.NotFound)
	})
}

func TestAMetricIsReadWithCloudWatchsOwnStamps(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		since := time.Now().Add(-5 * time.Minute)
		s, err := changer(t, p.spec(west), nil).Metric(t.Context(), "ReplicaLag", standby, since)
		if err != nil {
			t.Fatal(err)
		}
		p.Locked(func(w *cloud.World) {
			lag := cloud.Metric{Namespace: "AWS/RDS", Name: "ReplicaLag", Dimensions: "DBInstanceIdentifier=" + standby}
			data, _ := w.Region(west).Datapoints(lag, since, w.Now(), time.Minute, "Average")
			for i, d := range data {
				want(t, "point", []any{s[i].At.UTC(), s[i].Value}, []any{d.At.UTC(), d.Value})
			}
			want(t, "number of points", len(s), len(data))
		})
		if len(s) < 4 || s[0].At.Before(since) {
			t.Errorf("points since %s: %v", since, s)
		}
		none, err := changer(t, p.spec(east), nil).Metric(t.Context(), "ReplicaLag", standby, since)
		want(t, "of another region's instance", []any{len(none), err}, []any{0, nil})
	})
}

func TestADefinitionSaysWhereItsTasksGetThingsFrom(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		services, err := c.Services(t.Context(), cluster, []string{drBackend})
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Definition(t.Context(), services[0].DefinitionARN)
		if err != nil {
			t.Fatal(err)
		}
		p.Locked(func(w *cloud.World) {
			v := apiOf(w).TaskDefinition
			want(t, "name", []string{d.ARN, d.Family}, []string{v.ARN, v.Family})
			want(t, "images", d.Images, []string{v.Containers[0].Image})
			for _, e := range v.Containers[0].Environment {
				want(t, e.Key, d.Values[e.Key], e.Value)
			}
			for i, secret := range v.Containers[0].Secrets {
				want(t, secret.Key, d.Secrets[i], secret.Value)
			}
			want(t, "database's host", slices.Contains(valuesOf(d.Values), database(w).Host), true)
		})
		_, err = c.Definition(t.Context(), "nothing:1")
		wantKind(t, "no such definition", err, fault.Refused)
	})
}

func valuesOf(m map[string]string) (values []string) {
	for _, v := range m {
		values = append(values, v)
	}
	return values
}

func TestAnAlarmIsReadAsItWasMade(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		c := changer(t, p.spec(west), nil)
		second := lagAlarm
		second.Name, second.Enough, second.Missing = "another", 0, ""
		for _, a := range []aws.Alarm{second, lagAlarm} {
			if err := c.Alarm(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Minute)
		got, err := c.Alarms(t.Context(), []string{"lag", "nothing", "another"})
		if err != nil || len(got) != 2 {
			t.Fatalf("%v: %+v", err, got)
		}
		want(t, "state", got[0].State, "OK")
		if got[0].Since.IsZero() || time.Since(got[0].Since) > time.Minute {
			t.Errorf("since %s", got[0].Since)
		}
		got[0].State, got[0].Since = "", time.Time{}
		want(t, "alarm", got[0], lagAlarm)
		want(t, "another", []any{got[1].Name, got[1].Enough, got[1].Missing}, []any{"another", 3, "missing"})
	})
}

func TestReadsOfAChangerAreRepeatedAsAReadersAre(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.direct(t, "throttle", west) // three of four
		c := changer(t, p.spec(west), nil)
		if _, err := c.Scaling(t.Context(), cluster, []string{drBackend}); err != nil {
			t.Error(err)
		}
		p.meddle("*", hang)
		var err error
		if lasted := took(func() { _, err = c.Database(t.Context(), standby) }); lasted != 5*time.Second {
			t.Errorf("a region that never answers takes %s", lasted)
		}
		wantKind(t, "never answers", err, fault.TimedOut)
	})
}
