package cloudflare

import (
	"strings"
	"testing"

	"github.com/cloudflare/cloudflare-go/v7/healthchecks"

	"lifeboat/aws/sim/cloud"
)

// checking is the reference zone's health checks through Cloudflare's own client.
type checking struct {
	*cloud.Cloud
	*healthchecks.HealthcheckService
	t  *testing.T
	id string
}

func newChecking(t *testing.T) checking {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	id, _ := zoneID(t, o)
	return checking{c, healthchecks.NewHealthcheckService(o...), t, id}
}

func said(name, address string) (p healthchecks.QueryHealthcheckParam) {
	p.Name.Value, p.Name.Present = name, true
	p.Address.Value, p.Address.Present = address, true
	return p
}

func (c checking) make(p healthchecks.QueryHealthcheckParam) (*healthchecks.Healthcheck, error) {
	q := healthchecks.HealthcheckNewParams{QueryHealthcheck: p}
	q.ZoneID.Value, q.ZoneID.Present = c.id, true
	return c.New(c.t.Context(), q)
}

func (c checking) drop(id string) error {
	var q healthchecks.HealthcheckDeleteParams
	q.ZoneID.Value, q.ZoneID.Present = c.id, true
	_, err := c.Delete(c.t.Context(), id, q)
	return err
}

func TestOneHealthCheckIsMadeChangedAndDeleted(t *testing.T) {
	c := newChecking(t)
	p := said("third", "nowhere.example.com")
	p.Type.Value, p.Type.Present = "HTTPS", true
	p.HTTPConfig.Present = true
	p.HTTPConfig.Value.Path.Value, p.HTTPConfig.Value.Path.Present = "/api/health", true
	made, err := c.make(p)
	if err != nil || made.Name != "third" || made.Type != "HTTPS" || made.HTTPConfig.Path != "/api/health" || made.Status != "unhealthy" {
		t.Fatalf("%+v, %v", made, err)
	}
	var address string
	c.Locked(func(w *cloud.World) { address = w.Region("us-west-2").Balancers[0].DNSName })
	q := healthchecks.HealthcheckEditParams{QueryHealthcheck: said("third", address)}
	q.ZoneID.Value, q.ZoneID.Present = c.id, true
	now, err := c.Edit(t.Context(), made.ID, q)
	if err != nil || now.ID != made.ID || now.Address != address || now.HTTPConfig.Path != "/api/health" {
		t.Errorf("what an edit does not say has gone: %+v, %v", now, err)
	}
	if err := c.drop(made.ID); err != nil {
		t.Error(err)
	}
	if err := c.drop(made.ID); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("deleted twice: %v", err)
	}
}

func TestAHealthCheckWithoutSenseIsRefused(t *testing.T) {
	c := newChecking(t)
	for name, p := range map[string]healthchecks.QueryHealthcheckParam{
		"a name with spaces": said("my check", "a.example.com"),
		"no address":         said("check", "N/A"),
		"a name twice":       said("primary-api", "a.example.com"),
	} {
		if _, err := c.make(p); err == nil || !strings.Contains(err.Error(), "400") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPlanHasSoManyHealthChecksOrNone(t *testing.T) {
	c := newChecking(t)
	c.Locked(func(w *cloud.World) { w.Zones[0].MostChecks = 2 })
	if _, err := c.make(said("third", "a.example.com")); err == nil || !strings.Contains(err.Error(), "maximum") {
		t.Errorf("more than the plan has: %v", err)
	}
	c.Locked(func(w *cloud.World) { w.Zones[0].MostChecks = -1 })
	if _, err := c.make(said("third", "a.example.com")); err == nil || !strings.Contains(err.Error(), "not entitled") {
		t.Errorf("none: %v", err)
	}
}
