package cloudflare

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/healthchecks"
	"github.com/cloudflare/cloudflare-go/v7/load_balancers"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/zones"

	"lifeboat/aws/sim/cloud"
)

// straight hands a client's requests to a handler, without a network.
type straight struct{ http.Handler }

func (s straight) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r = r.Clone(r.Context())
	if r.Body == nil { // a server's request always has one
		r.Body = http.NoBody
	}
	s.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

// client is how cloudflare-go is pointed at the simulator.
func client(c *cloud.Cloud, token string) []option.RequestOption {
	return []option.RequestOption{
		option.WithBaseURL("http://cloudflare.sim" + Prefix + "/"), option.WithAPIToken(token), option.WithMaxRetries(0),
		option.WithHTTPClient(&http.Client{Transport: straight{Handler(c)}}),
	}
}

func zoneID(t *testing.T, o []option.RequestOption) (zone, account string) {
	t.Helper()
	var q zones.ZoneListParams
	q.Name.Value, q.Name.Present = "davidshaevel.com", true
	found, err := zones.NewZoneService(o...).List(t.Context(), q)
	if err != nil || len(found.Result) != 1 {
		t.Fatalf("zones: %+v, %v", found, err)
	}
	return found.Result[0].ID, found.Result[0].Account.ID
}

func TestCloudflaresOwnClientReadsTheZonesRecords(t *testing.T) {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	var q dns.RecordListParams
	q.ZoneID.Value, _ = zoneID(t, o)
	q.ZoneID.Present = true
	for _, perPage := range []float64{0, 1, 3, 100} {
		q.PerPage.Value, q.PerPage.Present = perPage, perPage > 0
		var read []string
		records := dns.NewRecordService(o...).ListAutoPaging(t.Context(), q)
		for records.Next() {
			r := records.Current()
			read = append(read, fmt.Sprintf("%s %s %s %s %v %t", r.ID, r.Name, r.Type, r.Content, float64(r.TTL), r.Proxied))
		}
		if records.Err() != nil {
			t.Fatal(records.Err())
		}
		var held []string
		c.Locked(func(w *cloud.World) {
			for _, r := range w.Zones[0].Records {
				held = append(held, fmt.Sprintf("%s %s %s %s %d %t", r.ID, r.Name, r.Type, r.Content, r.TTL, r.Proxied))
			}
		})
		if strings.Join(read, "\n") != strings.Join(held, "\n") || len(held) == 0 {
			t.Errorf("%v a page: read\n%s\nheld\n%s", perPage, strings.Join(read, "\n"), strings.Join(held, "\n"))
		}
	}
}

func TestRecordsAreFilteredByNameAndType(t *testing.T) {
	o := client(cloud.Reference(cloud.Options{}), "token")
	var q dns.RecordListParams
	q.ZoneID.Value, _ = zoneID(t, o)
	q.ZoneID.Present = true
	q.Name.Value.Exact.Value, q.Name.Value.Exact.Present, q.Name.Present = "ORIGIN.davidshaevel.com", true, true
	found, err := dns.NewRecordService(o...).List(t.Context(), q)
	if err != nil || len(found.Result) != 1 || found.Result[0].Name != "origin.davidshaevel.com" {
		t.Fatalf("by name: %+v, %v", found, err)
	}
	var one dns.RecordGetParams
	one.ZoneID = q.ZoneID
	again, err := dns.NewRecordService(o...).Get(t.Context(), found.Result[0].ID, one)
	if err != nil || again.Content != found.Result[0].Content {
		t.Errorf("by id: %+v, %v", again, err)
	}
	q.Type.Value, q.Type.Present = dns.RecordListParamsTypeTXT, true
	if found, err = dns.NewRecordService(o...).List(t.Context(), q); err != nil || len(found.Result) != 0 {
		t.Errorf("of another type: %+v, %v", found, err)
	}
}

func TestHealthChecksSayWhatTheySee(t *testing.T) {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	var q healthchecks.HealthcheckListParams
	q.ZoneID.Value, _ = zoneID(t, o)
	q.ZoneID.Present = true
	states := func() string {
		found, err := healthchecks.NewHealthcheckService(o...).List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, h := range found.Result {
			all = append(all, h.Name+" "+string(h.Status)+" "+h.FailureReason)
		}
		return strings.Join(all, ", ")
	}
	if got := states(); got != "primary-api healthy , standby-api healthy " {
		t.Errorf("before: %s", got)
	}
	if err := c.Do("darken", "us-east-1"); err != nil {
		t.Fatal(err)
	}
	if got := states(); got != "primary-api unhealthy TCP connection timed out, standby-api healthy " {
		t.Errorf("with us-east-1 dark: %s", got)
	}
}

func TestLoadBalancingIsRefusedWhereThePlanHasNone(t *testing.T) {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	var q load_balancers.PoolListParams
	_, q.AccountID.Value = zoneID(t, o)
	q.AccountID.Present = true
	if _, err := load_balancers.NewPoolService(o...).List(t.Context(), q); err == nil || !strings.Contains(err.Error(), "403") || !strings.Contains(err.Error(), "not entitled") {
		t.Errorf("pools: %v", err)
	}
	c.Locked(func(w *cloud.World) {
		w.Zones[0].Pools = []*cloud.Pool{{ID: "p1", Name: "primary", Enabled: true, Origins: []cloud.PoolOrigin{{Name: "a", Address: "alb", Enabled: true, Weight: 1}}}}
	})
	found, err := load_balancers.NewPoolService(o...).List(t.Context(), q)
	if err != nil || len(found.Result) != 1 || found.Result[0].Origins[0].Address != "alb" {
		t.Errorf("pools where they were bought: %+v, %v", found, err)
	}
}

func TestNothingIsAnsweredWithoutAToken(t *testing.T) {
	for _, token := range []string{"", " "} {
		var q zones.ZoneListParams
		if found, err := zones.NewZoneService(client(cloud.Reference(cloud.Options{}), token)...).List(t.Context(), q); err == nil {
			t.Errorf("token %q is answered with %+v", token, found)
		}
	}
}

func TestTheDirectorBreaksCloudflareToo(t *testing.T) {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	if err := c.Do("break-call", "cloudflare", "ListZones", "ServiceUnavailableException"); err != nil {
		t.Fatal(err)
	}
	var q zones.ZoneListParams
	if _, err := zones.NewZoneService(o...).List(t.Context(), q); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("answered with %v", err)
	}
}

func TestEveryOrderedRefusalHasTheStatusThatCloudflareSends(t *testing.T) {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	for code, status := range map[string]string{
		"Throttling": "429", "ThrottlingException": "429", "AccessDenied": "403", "ExpiredToken": "403", "ServiceUnavailable": "503", "InternalError": "500",
		"ValidationException": "400",
	} {
		if err := c.Do("break-call", "cloudflare", "ListZones", code); err != nil {
			t.Fatal(err)
		}
		var q zones.ZoneListParams
		if _, err := zones.NewZoneService(o...).List(t.Context(), q); err == nil || !strings.Contains(err.Error(), status) || !strings.Contains(err.Error(), code) {
			t.Errorf("%s is answered with %v", code, err)
		}
		if err := c.Do("restore"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWithCloudflareDownItsAPIAnswers503AndItsDNSGoesOn(t *testing.T) {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	if err := c.Do("cloudflare-down"); err != nil {
		t.Fatal(err)
	}
	var q zones.ZoneListParams
	if _, err := zones.NewZoneService(o...).List(t.Context(), q); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("answered with %v", err)
	}
	c.Locked(func(w *cloud.World) {
		if w.Leads("origin."+w.Zones[0].Name) == nil {
			t.Error("a name of the zone leads nowhere")
		}
	})
	if err := c.Do("restore"); err != nil {
		t.Fatal(err)
	}
	zoneID(t, o)
}

func TestASlowAnswerComesLateAndNotAtAllToWhoHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cloud.Reference(cloud.Options{})
		if err := c.Do("slow", "all", "3s"); err != nil {
			t.Fatal(err)
		}
		var q zones.ZoneListParams
		began := time.Now()
		if _, err := zones.NewZoneService(client(c, "token")...).List(t.Context(), q); err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("answered after %s: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if _, err := zones.NewZoneService(client(c, "token")...).List(ctx, q); err == nil || time.Since(began) != time.Second {
			t.Errorf("who waits 1 s is answered after %s: %v", time.Since(began), err)
		}
	})
}

func TestAnUnknownPathIsRefusedInCloudflaresWords(t *testing.T) {
	w := httptest.NewRecorder()
	Handler(cloud.Reference(cloud.Options{})).ServeHTTP(w, httptest.NewRequest("GET", Prefix+"/nothing", nil))
	if w.Code != 404 || !strings.Contains(w.Body.String(), `"success":false`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
