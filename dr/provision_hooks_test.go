package dr

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// building is a run's builder of a simulated estate whose roots have made what is given.
func (z *zoneInTime) building(phase string, made map[string]map[string]any) *builder {
	b := bareBuilder(z.cfg, z.r.state, z.r.opt.Options)
	b.watch, b.phase, b.run, b.dir = z.r.watch, phase, "run-1", z.t.TempDir()
	for _, root := range tf.Roots {
		b.take(root.Name, map[string]any{})
	}
	for root, out := range made {
		b.take(root, out)
	}
	return b
}

func TestWhatNamesLeadToIsWhatRootsHaveMade(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		zone := w.cfg.Edge.Cloudflare.Zone
		w.cfg.Terraform.Inputs = map[string]any{"aliases": []any{zone, "www." + zone}, "domains": []any{zone, "www." + zone, "grafana." + zone}}
		b := z.building("failover", map[string]map[string]any{
			"failover": {"distribution_domain": z.now.CDN}, "compute": {"load_balancer_dns_name": z.now.Balancers[west]},
			"primary": {"primary_load_balancer_dns_name": z.now.Balancers[east]},
		})
		f, err := b.zoneFacts(t.Context())
		if err != nil || !reflect.DeepEqual(f, z.now) {
			t.Errorf("%+v, %v; want %+v", f, err, z.now)
		}
	})
}

func TestWhatIsTheOwnersIsReadFromTheAccount(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.cfg.Terraform.Primary = config.Theirs
		if _, err := z.r.watch.Settled(t.Context()); err != nil {
			t.Fatal(err)
		}
		f, err := z.building("failover", nil).zoneFacts(t.Context())
		if err != nil || f.CDN != z.now.CDN || !reflect.DeepEqual(f.Balancers, z.now.Balancers) {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestPublicNamesAreSetUpOnceTheDistributionIsVerified(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		for phase, want := range map[string]int{"failover": 3, "compute": 0, "validation": 0} {
			var p runbook.Procedure
			z.building(phase, nil).amend(&p)
			if len(p.Steps) != want {
				t.Errorf("%s: %d steps", phase, len(p.Steps))
			}
			if want > 0 && !slices.Equal(p.Steps[1].After, []string{"verify-failover", StepOrigin}) {
				t.Errorf("they come after %q", p.Steps[1].After)
			}
		}
	})
}

func TestAnApplyThatMakesACertificateProvesItByItself(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		x := z.requested(west, w.cfg.Edge.Cloudflare.Zone)
		b := z.building("compute", nil)
		task := runbook.NewTask(runbook.Procedure{}, "apply-compute", runbook.Planned, nil)
		ctx, stop := context.WithCancel(t.Context())
		b.heard(ctx, task, "compute", tf.Event{Kind: tf.Started, Type: "aws_vpc"})
		b.heard(ctx, task, "compute", tf.Event{Kind: tf.Done, Type: certificateType, Action: tf.Add, ID: x.ARN})
		time.Sleep(time.Minute)
		stop()
		time.Sleep(time.Second)
		if status := z.status(x); status != cloud.CertificateIssued {
			t.Errorf("it is %s", status)
		}
		words := b.besideWords([]tf.Change{certified(t, certificateType, map[string]string{"domain_name": "shop.example"})})
		if len(words) != 1 || !strings.Contains(words[0], "shop.example") {
			t.Errorf("the gate says %q", words)
		}
	})
}
