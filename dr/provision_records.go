package dr

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// The steps by which provisioning sets up Cloudflare, and their gate.
const (
	StepOrigin = "records-origin" // the names that users do not type: the distribution's origin, and those beside it
	StepNames  = "records-public" // the names that lead users to the distribution
	StepChecks = "health-checks"

	gateOrigin  = "records-origin"
	gateRecords = "records"
)

// What is pinned of it: the records as they were and as they shall be, by the fingerprint of what is wanted; why there are no health
// checks; the health checks that are made.
const (
	PinSetup      = "setup.records."
	pinChecks     = "setup.checks."
	pinNoChecks   = "setup.checks.none"
	recordTTL     = time.Minute
	checkSeconds  = 60
	checkPath     = "/api/health"
	mostCheckName = 60
)

// SetupPhrase is what the gate before records are made asks for.
func SetupPhrase(n int, zone string) string { return "set up " + several(n, "record") + " in " + zone }

// zoneFacts are what the records of a provisioned estate are made of.
type zoneFacts struct {
	Origin    string            // the distribution's first origin, a name of the zone; "" for none
	Names     []string          // public names of the distribution
	Direct    []string          // names that lead to a balancer past it: Grafana's
	CDN       string            // the distribution's own name; "" while there is none
	Balancers map[string]string // the balancers' own names, by region
}

// zoneDesk sets up the zone in a run of provisioning. Only what leads to the region of the writer of record is ever written.
type zoneDesk struct {
	c      *config.Config
	edge   *edge.Changer
	writer func(ctx context.Context) (region string, err error)
	facts  func(ctx context.Context) (zoneFacts, error)
	// certificates opens the region that a certificate is in.
	certificates func(region string) (*aws.Changer, error)

	mu    sync.Mutex
	print map[bool]string // of what is wanted of the names that users type, and of the others, as it was seen last
}

// steps are those that set up the zone, none without one: first, before the distribution is made or changed to fetch from them, the
// names that nobody types; once it answers for them, the public ones.
func (z *zoneDesk) steps(after ...string) []runbook.Step {
	if z.c.Edge.Cloudflare.Zone == "" {
		return nil
	}
	gate := z.gate(true)
	after = append(after, StepOrigin)
	return []runbook.Step{z.originStep(z.gate(false)), z.namesStep(gate, after...), z.checksStep(gate, StepNames)}
}

// wanted are the records that an estate needs, from what its roots have made: those of the names that users are led to the
// distribution by, or of the others. What no record can be made of is an error.
func (z *zoneDesk) wanted(ctx context.Context, public bool) (list []edge.RecordSpec, err error) {
	f, err := z.facts(ctx)
	if err != nil {
		return nil, err
	}
	add := func(name, to, why string) {
		list = append(list, edge.RecordSpec{Name: strings.TrimSuffix(name, "."), Type: "CNAME", Content: to, TTL: recordTTL, Why: why})
	}
	if public {
		if f.CDN == "" && len(f.Names) > 0 {
			return nil, runbook.Never(errors.New("the distribution's own name is not known: apply the root failover first"))
		}
		for _, name := range f.Names {
			add(name, f.CDN, "the distribution")
		}
		return list, nil
	}
	home, err := z.writer(ctx)
	if err != nil {
		return nil, fmt.Errorf("the writer of record cannot be told, so no name is led anywhere: %w", err)
	}
	balancer := f.Balancers[home]
	if balancer == "" && (f.Origin != "" || len(f.Direct) > 0) {
		return nil, runbook.Never(fmt.Errorf("the balancer of %s, whose database is the writer of record, is not known: name it in lifeboat.yaml (regions, balancers), or provision it first", home))
	}
	if f.Origin != "" {
		add(f.Origin, balancer, "what the distribution fetches from: "+home+"'s balancer")
	}
	for _, name := range f.Direct {
		add(name, balancer, home+"'s balancer, past the distribution")
	}
	return list, nil
}

// plan are the records as they were when they were first seen and as they shall be: pinned, so that every process means the same, and
// undo knows what was there. What stands in the way ends it.
func (z *zoneDesk) plan(ctx context.Context, t *runbook.Task, public bool) ([]edge.RecordSetup, error) {
	wanted, err := z.wanted(ctx, public)
	if err != nil {
		return nil, err
	}
	ours := slices.DeleteFunc(wanted, func(r edge.RecordSpec) bool { return !edge.InZone(r.Name, z.c.Edge.Cloudflare.Zone) })
	print := printOf(ours)
	text := pinnedSetup(t.Pins(), print)
	if text == "" {
		records, err := z.edge.AllRecords(ctx)
		if err != nil {
			return nil, err
		}
		list := edge.PlanSetup(records, ours)
		for _, s := range list {
			if s.Action == edge.SetupInWay {
				return nil, runbook.Never(errors.New(s.Problem))
			}
		}
		name := fmt.Sprintf("%s%d.%s", PinSetup, len(setupPins(t.Pins()))+1, print)
		if text, err = t.Decide(ctx, name, asJSON(list)); err != nil {
			return nil, err
		}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.print == nil {
		z.print = map[bool]string{}
	}
	z.print[public] = print
	return setupPinned(text)
}

// setupPins are the pins of records, in the order in which they were decided.
func setupPins(pins runbook.Pins) []string {
	var names []string
	for name := range pins {
		if strings.HasPrefix(name, PinSetup) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return names
}

// pinnedSetup is what was pinned of the records of a fingerprint; "" for nothing.
func pinnedSetup(pins runbook.Pins, print string) string {
	for _, name := range setupPins(pins) {
		if strings.HasSuffix(name, "."+print) {
			return pins[name]
		}
	}
	return ""
}

func setupPinned(text string) (list []edge.RecordSetup, err error) {
	if err = json.Unmarshal([]byte(text), &list); err != nil {
		err = fmt.Errorf("the pinned records cannot be read: %w", err)
	}
	return list, err
}

// printOf names what is wanted, whatever is there.
func printOf(list []edge.RecordSpec) string {
	var words []string
	for _, r := range list {
		words = append(words, strings.ToLower(r.Name)+" "+r.Type+" "+strings.ToLower(r.Content))
	}
	slices.Sort(words)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(words, "\n"))))[:12]
}

// outside are the names that records must be made for in another zone, with what they must lead to.
func (z *zoneDesk) outside(ctx context.Context, public bool) []string {
	wanted, err := z.wanted(ctx, public)
	if err != nil {
		return nil
	}
	var words []string
	for _, r := range wanted {
		if !edge.InZone(r.Name, z.c.Edge.Cloudflare.Zone) {
			words = append(words, fmt.Sprintf("by hand, since it is no name of %s: %s CNAME %s", z.c.Edge.Cloudflare.Zone, r.Name, r.Content))
		}
	}
	return words
}

// part are the records of one step: those that users are led by, or the others.
func (f zoneFacts) part(all []edge.RecordSetup, public bool) []edge.RecordSetup {
	return slices.DeleteFunc(all, func(s edge.RecordSetup) bool {
		return public != slices.ContainsFunc(f.Names, func(name string) bool { return strings.EqualFold(strings.TrimSuffix(name, "."), s.Name) })
	})
}

// gate shows every record of a step before and after; that of the public names the health checks too.
func (z *zoneDesk) gate(public bool) *runbook.Gate {
	zone := z.c.Edge.Cloudflare.Zone
	g := &runbook.Gate{
		ID: gateOrigin, Phrase: "set up records in " + zone, Title: "point the origin's name in " + zone,
		Fingerprint: func(*runbook.Task) string {
			z.mu.Lock()
			defer z.mu.Unlock()
			return z.print[public]
		},
		Show: func(ctx context.Context, t *runbook.Task) (runbook.Notice, error) {
			list, err := z.plan(ctx, t, public)
			if err != nil {
				return runbook.Notice{}, err
			}
			n := runbook.Notice{Data: "no data is touched", Time: "seconds; resolvers go on with what they remember for as long as the old records' TTL"}
			n.What = append(recordWords(list), z.outside(ctx, public)...)
			changed := slices.DeleteFunc(slices.Clone(list), func(s edge.RecordSetup) bool { return s.Action == edge.SetupLeave })
			n.Phrase = SetupPhrase(len(changed), zone)
			if !public {
				return n, nil
			}
			if len(changed) == 0 {
				n.Phrase = "set up health checks in " + zone
			}
			words, err := z.checkWords(ctx, t)
			n.What = append(n.What, words...)
			return n, err
		},
	}
	if public {
		g.ID, g.Title = gateRecords, "point public names in "+zone
	}
	return g
}

// recordWords are the changes as a person reads them.
func recordWords(list []edge.RecordSetup) []string {
	var words []string
	for _, s := range list {
		switch s.Action {
		case edge.SetupCreate:
			words = append(words, fmt.Sprintf("create %s CNAME %s, TTL %s (%s)", s.Name, s.Content, ttlWords(s.TTL), s.Why))
		case edge.SetupChange:
			words = append(words, fmt.Sprintf("change %s from %s to %s (%s)", s.Name, plain(s.Before), s.Content, s.Why))
		default:
			words = append(words, fmt.Sprintf("leave  %s CNAME %s", s.Name, plain(s.Before)))
		}
	}
	return words
}

func recordCalls() []runbook.Call {
	return append(zoneCalls(), call("cloudflare:BatchDNSRecords", runbook.Control, ""))
}

// originStep makes the names that lead to a balancer.
func (z *zoneDesk) originStep(gate *runbook.Gate) runbook.Step {
	return z.recordStep(false, runbook.Step{
		ID: StepOrigin, Title: "Cloudflare: origin and direct names", Gate: gate,
		Why: "the distribution fetches from a name, so that one record moves pages and API; it must be there before a distribution that serves is pointed at it",
	})
}

// namesStep leads users to the distribution, which must answer for them first.
func (z *zoneDesk) namesStep(gate *runbook.Gate, after ...string) runbook.Step {
	s := z.recordStep(true, runbook.Step{
		ID: StepNames, Title: "Cloudflare: public names", Why: "users come through the distribution, which has the bridge to the standby", After: after, Gate: gate,
	})
	s.Calls = append(s.Calls, call("probe:distribution", runbook.Data, ""))
	s.Before = z.mayLead
	return s
}

func (z *zoneDesk) recordStep(public bool, s runbook.Step) runbook.Step {
	s.Calls, s.Undoing, s.Timeout = recordCalls(), runbook.UndoSeconds, z.c.Waits.Step.D()
	s.Paper = func(pins runbook.Pins) []string { return z.recordPaper(pins, public) }
	s.Check = func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
		list, err := z.plan(ctx, t, public)
		if err != nil {
			return runbook.Seen{}, err
		}
		if len(list) == 0 {
			return runbook.Seen{So: true, Text: "there are no such names"}, nil
		}
		done, foreign, err := z.edge.IsSetUp(ctx, list)
		if err == nil && len(foreign) > 0 {
			err = runbook.Never(fmt.Errorf("%s was changed by somebody else since this run has planned: it leads neither where it did nor where it shall; begin the phase again, which plans anew", among(foreign)))
		}
		return runbook.Seen{So: err == nil && done == len(list), Text: fmt.Sprintf("%d of %s there", done, several(len(list), "record"))}, err
	}
	s.Do = func(ctx context.Context, t *runbook.Task) error {
		list, err := z.plan(ctx, t, public)
		if err != nil {
			return err
		}
		return z.edge.SetUp(ctx, list)
	}
	s.Verify = func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
		list, err := z.plan(ctx, t, public)
		if err != nil {
			return runbook.Seen{}, err
		}
		return z.resolved(ctx, list)
	}
	s.Undo = func(ctx context.Context, t *runbook.Task) error { return z.undoRecords(ctx, t, public) }
	return s
}

// undoRecords takes back every batch that this run has pinned, the newest first.
func (z *zoneDesk) undoRecords(ctx context.Context, t *runbook.Task, public bool) error {
	f, err := z.facts(ctx)
	if err != nil {
		return err
	}
	pins := t.Pins()
	for _, name := range slices.Backward(setupPins(pins)) {
		list, err := setupPinned(pins[name])
		if err != nil {
			return err
		}
		if err := z.edge.UndoSetUp(ctx, f.part(list, public)); err != nil {
			return err
		}
	}
	return nil
}

func (z *zoneDesk) recordPaper(pins runbook.Pins, public bool) []string {
	out := []string{"# in Cloudflare's dashboard, zone " + z.c.Edge.Cloudflare.Zone + ", or by its API:"}
	known := false
	for _, name := range setupPins(pins) {
		list, err := setupPinned(pins[name])
		if err != nil {
			continue
		}
		for _, line := range recordWords(list) {
			out, known = append(out, "# "+line), true
		}
	}
	switch {
	case known:
	case public:
		out = append(out, "# every public name: CNAME to the distribution's own name, TTL 60, not proxied")
	default:
		out = append(out, "# the origin's name and those that go past the distribution: CNAME to the balancer of the region that writes, TTL 60, not proxied")
	}
	return out
}

// mayLead: users are led to the distribution only where it answers under their name, by what it fetches from.
func (z *zoneDesk) mayLead(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	f, err := z.facts(ctx)
	if err != nil {
		return runbook.Seen{}, err
	}
	p := z.c.Edge.API
	if p.URL == "" {
		return runbook.Seen{So: true, Text: "not asked: lifeboat.yaml has no edge.api"}, nil
	}
	probe, err := through(question(p), f.CDN)
	if err != nil {
		return runbook.Seen{}, err
	}
	a, err := z.edge.Probe(ctx, probe)
	if err != nil {
		return runbook.Seen{}, fmt.Errorf("the distribution does not answer under %s, so no name is pointed at it: %w", probe.Host, err)
	}
	return runbook.Seen{So: a.Healthy(), Text: fmt.Sprintf("the distribution answers %d under %s", a.Status, probe.Host)}, nil
}

// resolved holds what resolvers answer against the records. Where none is configured nothing is said of them.
func (z *zoneDesk) resolved(ctx context.Context, list []edge.RecordSetup) (runbook.Seen, error) {
	if len(z.c.Edge.Resolvers) == 0 {
		return runbook.Seen{So: true, Text: "in the zone; lifeboat.yaml has no resolvers to ask"}, nil
	}
	agree, asked := 0, 0
	var late []string
	for _, s := range list {
		here := 0
		looked := z.edge.Lookup(ctx, s.Name)
		for _, l := range looked {
			asked++
			if l.Err != nil && fault.KindOf(l.Err) != fault.NotFound {
				continue
			}
			if ok, _ := z.edge.LeadsTo(ctx, l, s.Content); ok {
				here++
			}
		}
		agree += here
		if 2*here <= len(looked) {
			late = append(late, s.Name)
		}
	}
	if len(late) > 0 {
		return runbook.Seen{Text: "resolvers do not lead there yet: " + among(late)}, nil
	}
	return runbook.Seen{So: true, Text: fmt.Sprintf("%d of %s of resolvers lead there", agree, several(asked, "answer"))}, nil
}
