package sim

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
)

func TestPagesAreBridgedByOriginFailoverWhileTheAPIIsDown(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description().Edge
		if page := w.mustAsk(t, "GET", d.Pages.URL, "", ""); page.status != 200 || !strings.Contains(page.body, "environment primary") {
			t.Fatalf("before: the public page answers %d: %s", page.status, page.body)
		}
		if at := w.health(t, d.API.URL, ""); at != "primary" {
			t.Fatalf("before: the API is served by %s", at)
		}
		w.direct(t, "darken", "us-east-1")
		page := w.mustAsk(t, "GET", d.Pages.URL, "", "")
		if page.status != 200 || !strings.Contains(page.body, "environment dr") {
			t.Errorf("the public page answers %d: %s", page.status, page.body)
		}
		api := w.mustAsk(t, "GET", d.API.URL, "", "")
		if api.status != 504 || api.header.Get("X-Cache") != "Error from cloudfront" {
			t.Errorf("the API answers %d, X-Cache %q: an API behaviour has no second origin", api.status, api.header.Get("X-Cache"))
		}
	})
}

func TestABadAnswerOfTheFirstOriginFailsOverForPagesOnly(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description().Edge
		w.direct(t, "bad-deployment", "us-east-1", "davidshaevel-dev-frontend")
		w.direct(t, "bad-deployment", "us-east-1", "davidshaevel-dev-backend")
		time.Sleep(2 * time.Minute)
		if page := w.mustAsk(t, "GET", d.Pages.URL, "", ""); page.status != 200 || !strings.Contains(page.body, "environment dr") {
			t.Errorf("the public page answers %d: %s", page.status, page.body)
		}
		api := w.mustAsk(t, "GET", d.API.URL, "", "")
		if api.status != 503 || api.json(t)["environment"] != "primary" || api.header.Get("X-Cache") != "Error from cloudfront" {
			t.Errorf("the API answers %d: %s", api.status, api.body)
		}
	})
}

func TestWritingMethodsArePassedOnlyWhereABehaviourAllowsThem(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description().Edge
		if g := w.mustAsk(t, "POST", d.Pages.URL, "", "{}"); g.status != 403 {
			t.Errorf("POST to a page answers %d", g.status)
		}
		if g := w.mustAsk(t, d.Write.Method, d.Write.URL, "", `{"n": 1, "text": "a"}`); g.status != 201 {
			t.Errorf("the write probe answers %d: %s", g.status, g.body)
		}
	})
}

func TestMovingTheOriginRecordMovesAPIAndPagesAfterItsTTL(t *testing.T) {
	inWorld(t, Options{Speed: 2}, func(t *testing.T, w *world) {
		d := w.Description()
		if at := w.health(t, d.Edge.API.URL, ""); at != "primary" {
			t.Fatalf("before: the API is served by %s", at)
		}
		w.point(t, "origin."+d.Edge.Zone, d.Regions[1].Balancers[0].DNSName)
		time.Sleep(29 * time.Second)
		if at := w.health(t, d.Edge.API.URL, ""); at != "primary" {
			t.Errorf("before the TTL ran out the API is served by %s", at)
		}
		time.Sleep(2 * time.Second) // 60 s at twice the speed
		if at := w.health(t, d.Edge.API.URL, ""); at != "dr" {
			t.Errorf("after the TTL the API is served by %s", at)
		}
	})
}

func TestEachBalancerAnswersAtItsOwnAddressUnderTheRealName(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		for _, r := range w.Description().Regions {
			if at := w.health(t, r.Probe.URL, r.Probe.Dial); at != r.Environment {
				t.Errorf("%s at %s says it is %s", r.Name, r.Probe.Dial, at)
			}
		}
	})
}

func TestABalancerShowsNoCertificateForNamesThatAreNotIts(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		_, err := w.ask(t, "GET", fmt.Sprintf("https://elsewhere.example:%d/", d.Edge.Port), d.Regions[0].Probe.Dial, "")
		var wrong x509.HostnameError
		if !errors.As(err, &wrong) {
			t.Errorf("a stranger's name is answered: %v", err)
		}
	})
}

func TestACertificateThatHasRunOutIsMetAsSuch(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		r := w.Description().Regions[1]
		w.Cloud().Locked(func(in *cloud.World) {
			for _, c := range in.Region(r.Name).Certificates {
				c.NotAfter = in.Now().Add(-time.Hour)
			}
		})
		_, err := w.ask(t, "GET", r.Probe.URL, r.Probe.Dial, "")
		var invalid x509.CertificateInvalidError
		if !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
			t.Errorf("the expired certificate of %s is taken: %v", r.Name, err)
		}
	})
}

func TestPlainHTTPIsSentToHTTPS(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		plain := fmt.Sprintf("http://%s:%d/docs", d.Edge.Zone, d.Edge.Port)
		for _, dial := range []string{"", d.Regions[0].Probe.Dial} { // the CDN, and a balancer
			g := w.mustAsk(t, "GET", plain, dial, "")
			if want := strings.Replace(plain, "http:", "https:", 1); g.status != 301 || g.header.Get("Location") != want {
				t.Errorf("%q answers %d to %s, not 301 to %s", dial, g.status, g.header.Get("Location"), want)
			}
		}
	})
}

func TestATargetThatCannotBeReachedLeavesTheBalancersOwnWord(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		r := w.Description().Regions[0]
		w.direct(t, "az-gone", "us-east-1")
		seen := map[int]bool{}
		for range 4 { // round robin over two tasks, one in each zone
			g := w.mustAsk(t, "GET", r.Probe.URL, r.Probe.Dial, "")
			seen[g.status] = true
			if g.status == 504 && strings.Contains(g.body, "environment") {
				t.Errorf("a site is named by nobody: %s", g.body)
			}
		}
		if !seen[504] {
			t.Errorf("the answers were %v", seen)
		}
	})
}

func TestABalancerIsAskedUnderItsOwnNameWhereItsRegionHasMore(t *testing.T) {
	inWorld(t, Options{Services: 6}, func(t *testing.T, w *world) {
		d := w.Description()
		more := d.Regions[0].Balancers[1].DNSName
		g := w.mustAsk(t, "GET", fmt.Sprintf("https://%s:%d/api/health", more, d.Edge.Port), "", "")
		if g.status != 503 { // it has no rule for this name; the first balancer would answer 200
			t.Errorf("answers %d: %s", g.status, g.body)
		}
	})
}

func TestGrafanaIsReachedByItsNameStraightAtTheBalancer(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description().Edge
		g := w.mustAsk(t, "GET", fmt.Sprintf("https://grafana.%s:%d/api/health", d.Zone, d.Port), "", "")
		if g.status != 200 || g.json(t)["service"] != "davidshaevel-dev-grafana" || g.header.Get("X-Cache") != "" {
			t.Errorf("grafana answers %d, X-Cache %q: %s", g.status, g.header.Get("X-Cache"), g.body)
		}
	})
}

func TestADarkRegionAnswersNothingAndRefusesNothing(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		w.direct(t, "darken", "us-east-1")
		_, err := w.ask(t, "GET", d.Regions[0].Probe.URL, d.Regions[0].Probe.Dial, "")
		var failed *url.Error
		if !errors.As(err, &failed) || !failed.Timeout() {
			t.Errorf("the dark region's balancer does not time out: %v", err)
		}
		if at := w.health(t, d.Regions[1].Probe.URL, d.Regions[1].Probe.Dial); at != "dr" {
			t.Errorf("the other region says it is %s", at)
		}
		w.direct(t, "restore", "us-east-1")
		if at := w.health(t, d.Regions[0].Probe.URL, d.Regions[0].Probe.Dial); at != "primary" {
			t.Errorf("the region that came back says it is %s", at)
		}
	})
}

func TestADatabaseThatRebootsMakesTheHealthAnswer503AndNothingElse(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		w.direct(t, "reboot-database", "us-east-1")
		g := w.mustAsk(t, "GET", d.Edge.API.URL, "", "")
		database, _ := g.json(t)["database"].(map[string]any)
		if g.status != 503 || g.json(t)["environment"] != "primary" || database["status"] != "disconnected" {
			t.Errorf("health answers %d: %s", g.status, g.body)
		}
		if page := w.mustAsk(t, "GET", d.Edge.Pages.URL, "", ""); page.status != 200 {
			t.Errorf("the page answers %d", page.status)
		}
	})
}

func TestAServiceWithoutTasksMakesTheBalancerSay503(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		r := w.Description().Regions[1]
		grafana := strings.Replace(r.Probe.URL, "//", "//grafana.", 1) // no task of it runs on a standby
		g := w.mustAsk(t, "GET", grafana, r.Probe.Dial, "")
		if g.status != 503 || strings.Contains(g.body, "environment") {
			t.Errorf("answers %d: %s", g.status, g.body)
		}
	})
}

func TestEveryAnswerIsLabelledSimulated(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		for _, url := range []string{d.Edge.Pages.URL, d.Edge.API.URL, d.Edge.API.URL + "/nothing"} {
			if g := w.mustAsk(t, "GET", url, "", ""); g.header.Get("Server") != "lifeboat-sim" || !strings.Contains(strings.ToLower(g.body), "simulated") {
				t.Errorf("%s is not labelled: Server %q, %s", url, g.header.Get("Server"), g.body)
			}
		}
	})
}
