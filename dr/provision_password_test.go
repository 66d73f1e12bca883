package dr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// ownSecret is what the owner calls the secret of his own.
const ownSecret = "prod/own-database"

// managed is an estate whose primary database has a password that RDS manages, and whose tasks read the managed secret.
type managed struct {
	*zoneInTime
	b    *builder
	move map[string]runbook.Step
	id   string // the database
}

func managing(w *estateInTime) *managed {
	z := bareZone(w)
	m := &managed{zoneInTime: z, move: map[string]runbook.Step{}}
	w.in(func(c *cloud.World) {
		r := c.Region(east)
		db := r.Databases[0]
		db.ManagedPassword, m.id = true, db.ID
		m.hold(c, "arn:aws:secretsmanager:us-east-1:"+strings.Split(db.ARN, ":")[4]+":secret:rds!"+db.ResourceID+"-Kx8aQz", "rds!"+db.ResourceID)
		m.point(c, "rds!"+db.ResourceID)
	})
	w.cfg.Terraform.Primary = config.Theirs
	w.cfg.Terraform.Inputs = map[string]any{"primary_database_identifier": m.id, "database_secret_name": ownSecret}
	m.b = z.building("data", nil)
	if _, err := z.r.watch.Settled(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	var p runbook.Procedure
	m.b.passwordSteps(&p)
	for _, s := range p.Steps {
		m.move[s.ID] = s
	}
	return m
}

// hold makes a secret of the primary's region, or writes it anew.
func (m *managed) hold(c *cloud.World, arn, name string) {
	r := c.Region(east)
	for _, s := range r.Secrets {
		if s.Name == name {
			s.Changed = c.Now()
			return
		}
	}
	r.Secrets = append(r.Secrets, &cloud.Secret{Name: name, ARN: arn, Created: c.Now(), Changed: c.Now(), Primary: east})
}

// point deploys every service of the primary that reads a secret onto the one of this name.
func (m *managed) point(c *cloud.World, name string) {
	r := c.Region(east)
	i := slices.IndexFunc(r.Secrets, func(s *cloud.Secret) bool { return s.Name == name })
	for _, s := range r.Clusters[0].Services {
		next := *s.TaskDefinition
		if len(next.Containers[0].Secrets) == 0 {
			continue
		}
		next.Revision, next.Containers = next.Revision+1, slices.Clone(next.Containers)
		next.ARN = strings.Replace(next.ARN, ":"+strings.Split(next.ARN, ":")[6], ":"+itoa(next.Revision), 1)
		next.Containers[0].Secrets = []cloud.Tag{{Key: "DATABASE_PASSWORD", Value: r.Secrets[i].ARN + ":password::"}}
		r.TaskDefinitions = append(r.TaskDefinitions, &next)
		c.Deploy(s, &next)
	}
}

func itoa(n int) string { return decimal(float64(n)) }

// sees is what a step sees now.
func (m *managed) sees(step string) runbook.Seen {
	m.t.Helper()
	s := m.move[step]
	look := s.Await
	if look == nil {
		look = s.Verify
	}
	seen, err := look(m.t.Context(), runbook.NewTask(runbook.Procedure{}, step, runbook.Planned, nil))
	if err != nil {
		m.t.Fatalf("%s: %v", step, err)
	}
	return seen
}

func TestAManagedPasswordIsMovedInTheOrderThatCutsNobodyOff(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		m := managing(w)
		wants := func(step string, so bool, words ...string) {
			t.Helper()
			seen := m.sees(step)
			for _, word := range words {
				if !strings.Contains(seen.Text, word) {
					t.Errorf("%s says %q, not %q", step, seen.Text, word)
				}
			}
			if seen.So != so {
				t.Errorf("%s is %t: %s", step, seen.So, seen.Text)
			}
		}
		time.Sleep(10 * time.Minute)
		wants(StepPasswordSecret, false, "so it cannot be replicated", "| aws secretsmanager create-secret --region us-east-1 --name '"+ownSecret+"' --secret-string file:///dev/stdin")
		wants(StepPasswordTasks, false, "must stand in a secret of your own")
		w.in(func(c *cloud.World) {
			m.hold(c, "arn:aws:secretsmanager:us-east-1:123456789012:secret:"+ownSecret+"-AbCdEf", ownSecret)
		})
		wants(StepPasswordSecret, true, ownSecret+" was written after RDS changed the password last")
		wants(StepPasswordTasks, false, "names the managed secret", "valueFrom: arn:aws:secretsmanager:us-east-1:123456789012:secret:"+ownSecret+"-AbCdEf:username::")
		wants(StepPasswordWell, false, "names the managed secret")
		w.in(func(c *cloud.World) { m.point(c, ownSecret) })
		wants(StepPasswordTasks, false, "is being deployed")
		time.Sleep(20 * time.Minute)
		wants(StepPasswordTasks, true, " on "+ownSecret)
		wants(StepPasswordWell, true, "in full, its balancer answers 200, database")
		wants(StepPasswordOff, false, "RDS still manages the password of "+m.id, "ManageMasterUserPassword: false", "MasterUserPassword: .password", "--secret-id '"+ownSecret+"'")
		w.in(func(c *cloud.World) { c.Region(east).Databases[0].ManagedPassword = false })
		wants(StepPasswordOff, true, "in full")
		for _, step := range []string{StepPasswordSecret, StepPasswordTasks, StepPasswordWell} {
			wants(step, true, noMove)
		}
	})
}

func TestACopyOfAPasswordThatRDSHasRotatedSinceIsOld(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		m := managing(w)
		w.in(func(c *cloud.World) {
			m.hold(c, "arn:aws:secretsmanager:us-east-1:123456789012:secret:"+ownSecret+"-AbCdEf", ownSecret)
		})
		time.Sleep(time.Hour)
		w.in(func(c *cloud.World) {
			for _, s := range c.Region(east).Secrets {
				if strings.HasPrefix(s.Name, "rds!") {
					s.Changed = c.Now()
				}
			}
		})
		seen := m.sees(StepPasswordSecret)
		if seen.So || !strings.Contains(seen.Text, "was written before RDS changed the password last") || !strings.Contains(seen.Text, "put-secret-value") {
			t.Errorf("%+v", seen)
		}
	})
}

func TestNoReplicaIsPlannedOfADatabaseWhosePasswordIsManaged(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		m := managing(w)
		if err := m.b.ownVariables(t.Context(), "data", map[string]any{}); err == nil || !strings.Contains(err.Error(), "the master password of "+m.id+" is managed by RDS") {
			t.Errorf("%v", err)
		}
		w.cfg.Strategy = config.PilotLight
		if err := m.b.ownVariables(t.Context(), "data", map[string]any{}); err != nil {
			t.Errorf("a pilot light has no replica: %v", err)
		}
		w.cfg.Strategy = config.WarmStandby
		w.direct("darken", east)
		if err := m.b.ownVariables(t.Context(), "data", map[string]any{}); err != nil {
			t.Errorf("with the primary dark the root cannot be planned: %v", err)
		}
	})
}

func TestTheMoveComesBeforeTheDatasRootsAreOpened(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		m := managing(w)
		if p := m.b.procedure(); p.Steps[0].ID == StepPasswordSecret {
			t.Error("a run that has found no managed password walks through the move")
		}
		if m.b.besides.managed = m.b.managedDatabase(t.Context()); m.b.besides.managed != m.id {
			t.Errorf("the managed database is %q", m.b.besides.managed)
		}
		p := m.b.procedure()
		first := slices.IndexFunc(p.Steps, func(s runbook.Step) bool { return s.ID == StepPasswordSecret })
		if first != 0 {
			t.Fatalf("it is step %d", first)
		}
		for _, id := range []string{"unlock-source", "unlock-data"} {
			i := slices.IndexFunc(p.Steps, func(s runbook.Step) bool { return s.ID == id })
			if i < 0 || !slices.Contains(p.Steps[i].After, StepPasswordOff) {
				t.Errorf("%s does not come after %s", id, StepPasswordOff)
			}
		}
		w.cfg.Terraform.Primary = config.Ours
		if id := m.b.managedDatabase(t.Context()); id != "" {
			t.Errorf("the stack's own primary has no managed password, but %q", id)
		}
	})
}

func TestNoCommandOfTheMovePutsThePasswordIntoAnArgument(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		m := managing(w)
		for id, s := range m.move {
			if s.Do != nil {
				t.Errorf("%s changes something: a person does it", id)
			}
			for _, line := range s.Paper(nil) {
				if strings.Contains(line, "$(") || strings.Contains(line, "--master-user-password") {
					t.Errorf("%s: %s", id, line)
				}
			}
		}
	})
}
