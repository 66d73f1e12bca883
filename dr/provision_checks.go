package dr

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// through is a public question put to the distribution by its own name, under the public one.
func through(p edge.Probe, cdn string) (edge.Probe, error) {
	u, err := url.Parse(p.URL)
	if err != nil || u.Hostname() == "" {
		return p, fmt.Errorf("edge.api of lifeboat.yaml is no URL: %q", p.URL)
	}
	if p.Host == "" {
		p.Host = u.Host
	}
	host := cdn
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host, p.Dial = host, ""
	p.URL = u.String()
	return p, nil
}

// wantedChecks are one for each balancer that is known: asked by its own name under a name that its certificate covers.
func (z *zoneDesk) wantedChecks(ctx context.Context) ([]edge.CheckSpec, error) {
	f, err := z.facts(ctx)
	if err != nil {
		return nil, err
	}
	host, path := f.Origin, checkPath
	if u, err := url.Parse(z.c.Edge.API.URL); err == nil && u.Path != "" {
		path = u.Path
	}
	if host == "" && len(f.Names) > 0 {
		host = f.Names[0]
	}
	var list []edge.CheckSpec
	for _, r := range []*config.Region{&z.c.Regions.Primary, &z.c.Regions.Standby} {
		if name := f.Balancers[r.Name]; name != "" {
			list = append(list, edge.CheckSpec{Name: checkName(z.c.Estate, r.Name), Address: name, Host: host, Path: path, Seconds: checkSeconds})
		}
	}
	return list, nil
}

// checkName is an estate's name and a region's in the letters that Cloudflare takes.
func checkName(estate, region string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, estate+"-"+region)
	return name[:min(len(name), mostCheckName)]
}

// checks are the health checks as they are and as they shall be, pinned once they are decided; words say why there are none.
func (z *zoneDesk) checks(ctx context.Context, t *runbook.Task) (list []edge.CheckSetup, words string, err error) {
	if words := t.Pin(pinNoChecks); words != "" {
		return nil, words, nil
	}
	wanted, err := z.wantedChecks(ctx)
	if err != nil {
		return nil, "", err
	}
	print := printOfChecks(wanted)
	text := t.Pin(pinChecks + print)
	if text == "" {
		there, err := z.edge.Checks(ctx)
		if words, without := edge.Without(err); without {
			return nil, words, nil
		}
		if err != nil {
			return nil, "", err
		}
		if text, err = t.Decide(ctx, pinChecks+print, asJSON(edge.PlanChecks(there, wanted))); err != nil {
			return nil, "", err
		}
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, "", fmt.Errorf("the pinned health checks cannot be read: %w", err)
	}
	return list, "", nil
}

func printOfChecks(list []edge.CheckSpec) string {
	var records []edge.RecordSpec
	for _, c := range list {
		records = append(records, edge.RecordSpec{Name: c.Name, Content: c.Address})
	}
	return printOf(records)
}

// checkWords are the health checks as the gate shows them. A check watches and does not steer: pools with monitors do, and those that
// are there are only named.
func (z *zoneDesk) checkWords(ctx context.Context, t *runbook.Task) ([]string, error) {
	list, none, err := z.checks(ctx, t)
	var out []string
	switch {
	case err != nil:
		return []string{"health checks: what there is could not be read: " + whyOf(err)}, nil
	case none != "":
		out = append(out, "no health checks: "+none+"; the rest goes on without")
	}
	for _, s := range list {
		switch {
		case s.Action == edge.SetupCreate:
			out = append(out, fmt.Sprintf("health check %s of %s%s: it watches, and moves nobody", s.Name, s.Address, s.Path))
		case s.Action == edge.SetupChange:
			out = append(out, fmt.Sprintf("health check %s asks %s in place of %s", s.Name, s.Address, plain(s.Before)))
		case s.By != "":
			out = append(out, fmt.Sprintf("leave  health check %s, which watches %s", plain(s.By), s.Address))
		}
	}
	if pools, err := z.edge.Pools(ctx); err == nil && len(pools) > 0 {
		out = append(out, several(len(pools), "load-balancing pool")+" of the account: left as they are, and not counted on")
	}
	return out, nil
}

// checksStep has Cloudflare watch both balancers. Where the plan or the token has no health checks the run says so and goes on.
func (z *zoneDesk) checksStep(gate *runbook.Gate, after ...string) runbook.Step {
	return runbook.Step{
		ID: StepChecks, Title: "Cloudflare: health checks of both balancers", Why: "seen from outside AWS, whoever is down; a check watches and does not steer", After: after, Gate: gate,
		Calls:   append(zoneCalls(), call("cloudflare:ListHealthChecks", runbook.Control, ""), call("cloudflare:CreateHealthCheck", runbook.Control, ""), call("cloudflare:EditHealthCheck", runbook.Control, "")),
		Undoing: runbook.UndoSeconds, Timeout: shortStep,
		Paper: func(runbook.Pins) []string {
			return []string{"# in Cloudflare's dashboard, Traffic > Health Checks: HTTPS, path " + checkPath + ", one of each balancer, Host: a name of its certificate"}
		},
		Check: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			list, none, err := z.checks(ctx, t)
			if err != nil {
				return runbook.Seen{}, err
			}
			if none != "" {
				return runbook.Seen{So: true, Text: "none: " + none}, nil
			}
			done, err := z.edge.ChecksSetUp(ctx, list)
			return runbook.Seen{So: err == nil && done == len(list), Text: fmt.Sprintf("%d of %s watched", done, several(len(list), "balancer"))}, err
		},
		Do: func(ctx context.Context, t *runbook.Task) error {
			list, none, err := z.checks(ctx, t)
			if err != nil || none != "" {
				return err
			}
			err = z.edge.SetUpChecks(ctx, list)
			if words, without := edge.Without(err); without {
				_, err = t.Decide(ctx, pinNoChecks, words)
			}
			return err
		},
		Undo: func(ctx context.Context, t *runbook.Task) error {
			list, _, err := z.checks(ctx, t)
			if err == nil {
				err = z.edge.UndoChecks(ctx, list)
			}
			if fault.KindOf(err) == fault.NotFound {
				return nil
			}
			return err
		},
	}
}
