//go:build unix

package tf

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// whileTheOtherRegionIsDark plans what a failover may apply, with us-east-1 and all that is signed for it (IAM, CloudFront,
// Route 53) answering nothing but errors.
func (a *account) whileTheOtherRegionIsDark() {
	a.t.Helper()
	a.control("fault", map[string]any{"region": "us-east-1"})
	defer a.control("reset", map[string]any{})
	for _, root := range Roots {
		if root.Standby {
			begin := time.Now()
			if err := a.unchanged(root.Name); err != nil {
				a.t.Errorf("%s leans on us-east-1: %v", root.Name, err)
			}
			a.t.Logf("%s planned with us-east-1 dark in %.0f s", root.Name, time.Since(begin).Seconds())
		}
	}
	dark := a.python(`
try: at("iam", "us-east-1").list_roles()
except Exception as e: print(type(e).__name__)`)
	if dark == "" {
		a.t.Error("us-east-1 was not dark: IAM answers")
	}
}

func (a *account) whileFrozen() {
	a.t.Helper()
	a.keepRoles(bytes.Replace(a.roles, []byte(`"frozen_by":""`), []byte(`"frozen_by":"run-7"`), 1))
	defer a.keepRoles(a.roles)
	if _, err := a.plan(a.spec("data")); err == nil || !strings.Contains(err.Error(), "Frozen by the run run-7") {
		a.t.Errorf("a frozen estate is planned: %v", err)
	}
	own := a.spec("data")
	own.Vars["run"] = "run-7"
	if p, err := a.plan(own); err != nil || !p.Empty() {
		a.t.Errorf("the run that froze it cannot plan: %v", err)
	}
}

// failedOver promotes the replica, fences the old writer and scales behind Terraform's back, as a failover does, and keeps
// the next roles file: every plan is empty.
func (a *account) failedOver() {
	a.t.Helper()
	a.roles = rolesFileOf(a.t, 2, "us-west-2")
	a.python(`
roles = json.loads(sys.argv[2])
at("rds", "us-west-2").promote_read_replica(DBInstanceIdentifier="shop-dr-db", BackupRetentionPeriod=7)
at("rds", "us-east-1").modify_db_instance(DBInstanceIdentifier="shop-db", VpcSecurityGroupIds=[sys.argv[3]], ApplyImmediately=True)
for region, cluster in (("us-east-1", "shop"), ("us-west-2", "shop-dr")):
    for service, bounds in roles["capacity"][region].items():
        at("application-autoscaling", region).register_scalable_target(ServiceNamespace="ecs", ResourceId="service/%s/%s-%s" % (cluster, cluster, service),
            ScalableDimension="ecs:service:DesiredCount", MinCapacity=bounds["min"], MaxCapacity=bounds["max"])
        at("ecs", region).update_service(cluster=cluster, service="%s-%s" % (cluster, service), desiredCount=bounds["min"])
`, string(a.roles), a.output("source", "primary_isolation_group_id"))
	if _, err := a.plan(a.spec("compute")); err == nil || !strings.Contains(err.Error(), "is only version 1") {
		a.t.Errorf("a roles file that the bucket does not hold is taken: %v", err)
	}
	a.keepRoles(a.roles)
	for _, root := range []string{"bootstrap", "primary", "foundation", "source", "data", "compute", "failover"} {
		if err := a.unchanged(root); err != nil {
			a.t.Errorf("after a failover %v", err)
		}
	}
	old := a.spec("compute")
	old.Roles = rolesFileOf(a.t, 1, "us-east-1")
	if _, err := a.plan(old); err == nil || !strings.Contains(err.Error(), "scale down the region that serves") {
		a.t.Errorf("an old roles file is taken: %v", err)
	}
}

// killed ends Terraform in the middle of an apply: the lock stays and says whose it is, and is taken only on request.
func (a *account) killed() {
	a.t.Helper()
	s := a.spec("source")
	s.Vars["alarm_emails"] = []string{"ada@shop.example"}
	d, err := a.dir(s, false)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := d.Plan(a.t.Context(), PlanOptions{}, nil); err != nil {
		a.t.Fatal(err)
	}
	a.control("fault", map[string]any{"region": "us-east-1", "service": "sns", "action": "Subscribe", "status": 503, "delay": 30})
	defer a.control("reset", map[string]any{})
	a.killApply(d)
	a.control("reset", map[string]any{})

	_, err = d.Plan(a.t.Context(), PlanOptions{}, nil)
	lock := LockOf(err)
	if lock == nil || lock.Operation != "OperationTypeApply" || lock.Created.IsZero() || lock.Who == "" {
		a.t.Fatalf("no lock is told of: %v, %+v", err, lock)
	}
	if err := d.Unlock(a.t.Context(), lock.ID); err != nil {
		a.t.Fatal(err)
	}
	p, err := d.Plan(a.t.Context(), PlanOptions{}, nil)
	if err != nil || p.Counts().Add != 1 {
		a.t.Fatalf("after the unlock: %v", err)
	}
	if err := d.Apply(a.t.Context(), nil); err != nil {
		a.t.Error(err)
	}
}

// killApply applies the plan of a root, and ends Terraform and its provider with the first resource that it begins.
func (a *account) killApply(d *Dir) {
	a.t.Helper()
	env, err := d.environment()
	if err != nil {
		a.t.Fatal(err)
	}
	cmd := exec.Command(a.program.Path, "apply", "-json", "-input=false", planFile)
	cmd.Dir, cmd.SysProcAttr = d.Path(), &syscall.SysProcAttr{Setpgid: true} // its provider would outlive it
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	f := &follower{log: func([]byte) {}, each: func(e Event) {
		if e.Kind == Started {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	}}
	_, _ = io.Copy(f, out)
	_ = cmd.Wait()
}
