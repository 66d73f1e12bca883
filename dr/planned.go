package dr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"lifeboat/aws/edge"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// PinnedService is one service as a plan takes it down: what it is in the region being left, and what it shall be in the one
// that takes over.
type PinnedService struct {
	Name   string      `json:"name"`
	Writes bool        `json:"writes,omitempty"`
	Stand  int         `json:"stand,omitempty"` // tasks, where it stands by
	Want   int         `json:"want"`            // tasks, in the region that takes over
	From   PinnedPlace `json:"from"`
	To     PinnedPlace `json:"to"`
}

// PinnedPlace is a service in one region, as it was when the plan was made.
type PinnedPlace struct {
	Cluster string `json:"cluster,omitempty"` // "" where the region has no such service
	ECS     string `json:"ecs,omitempty"`
	Known   bool   `json:"known,omitempty"` // the numbers were read
	Desired int    `json:"desired,omitempty"`
	Scaled  bool   `json:"scaled,omitempty"` // it has a scaling target, with Min and Max
	Min     int    `json:"min,omitempty"`
	Max     int    `json:"max,omitempty"`

	Grace time.Duration `json:"grace,omitempty"` // of its health checks
}

// there says whether the region has the service.
func (p PinnedPlace) there() bool { return p.ECS != "" }

// capacity is the floor and ceiling that a service gets where it shall run in full. Where the ceiling that it had is not known, it gets
// room to grow all the same: the region that takes over has a standby's own.
func (s PinnedService) capacity() Capacity {
	c := Capacity{Min: s.Want, Max: max(s.To.Max, s.From.Max, s.Want)}
	if !s.From.Known {
		c.Max = max(c.Max, ceiling(s.Want))
	}
	if s.From.Scaled && s.From.Min > 0 {
		c.Min = min(s.From.Min, s.Want)
	}
	return c
}

// Loss is what a takeover loses, in figures with their source.
type Loss struct {
	Known   bool    `json:"known"`
	Seconds float64 `json:"seconds"` // at most
	From    string  `json:"from"`    // how it was derived, or why it is not known
}

// planned is what a run's pins say, read back. Everything that a step does follows from it and from lifeboat.yaml.
type planned struct {
	kind            Kind
	from, to        string
	replica, source string
	retention       int  // of the old writer's backups, days
	multiAZ         bool // the old writer's
	balancer        string
	point           *RestorePoint // what the database is restored from; nil: a replica is promoted
	lit             bool          // the region that takes over has no balancer before the run makes one
	services        []PinnedService
	records         []edge.RecordChange
	origins         []edge.OriginChange
	edgeSeen        time.Time // when the older of zone and distribution was read
	cdnUnread       bool      // the distribution was never read: names that lead to it are left alone
	loss            Loss
	silent          time.Time // since when the region being left did not answer; zero: it did
	rebuild         *Rebuild  // how the standby is made anew in the region that is left; nil: it is not
	last            *Promotion
	left            *Left // nothing replicates: the database that was left in the region that takes over is taken up again; nil: a replica is promoted
}

// The pins of numbers that only this file reads.
const (
	pinFrom      = "from"
	pinTo        = "to"
	pinRetention = "retention"
	pinMultiAZ   = "multi-az"
	pinEdgeSeen  = "edge.seen"
	pinCDNUnread = "cdn.unread"
	pinLit       = "lit"
)

// pins writes the plan down.
func (p *planned) pins() runbook.Pins {
	pins := runbook.Pins{
		PinKind: string(p.kind), pinFrom: p.from, pinTo: p.to, PinReplica: p.replica, PinSource: p.source, PinBalancer: p.balancer,
		pinRetention: strconv.Itoa(p.retention), pinMultiAZ: strconv.FormatBool(p.multiAZ), pinEdgeSeen: p.edgeSeen.UTC().Format(time.RFC3339Nano),
		pinCDNUnread: strconv.FormatBool(p.cdnUnread), PinSilent: stampOf(p.silent),
		PinServices: asJSON(p.services), PinRecords: asJSON(p.records), PinOrigins: asJSON(p.origins), PinRisk: asJSON(p.loss),
	}
	if p.point != nil {
		pins[PinPoint], pins[pinLit] = asJSON(p.point), strconv.FormatBool(p.lit)
	}
	if p.rebuild != nil {
		pins[PinRebuild] = asJSON(p.rebuild)
		if p.rebuild.renaming {
			pins[pinRename] = p.rebuild.Kept
		}
		if p.rebuild.renamed {
			pins[PinKept] = p.rebuild.Kept
		}
		if p.rebuild.unread != "" {
			pins[pinUnread] = p.rebuild.unread
		}
	}
	if p.last != nil {
		pins[pinLast] = asJSON(p.last)
	}
	if p.left != nil {
		pins[PinLeft] = asJSON(p.left)
	}
	return pins
}

// stampOf is a moment in a pin; "" for none.
func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data: there is nothing in it that cannot be written
	}
	return string(data)
}

// readPlan reads back what a journal pinned.
func readPlan(pins runbook.Pins) (*planned, error) {
	p := &planned{
		kind: Kind(pins[PinKind]), from: pins[pinFrom], to: pins[pinTo], replica: pins[PinReplica], source: pins[PinSource], balancer: pins[PinBalancer],
	}
	var problems []error
	note := func(name string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("pin %s: %w", name, err))
		}
	}
	var err error
	p.retention, err = strconv.Atoi(pins[pinRetention])
	note(pinRetention, err)
	p.multiAZ, err = strconv.ParseBool(pins[pinMultiAZ])
	note(pinMultiAZ, err)
	p.edgeSeen, err = time.Parse(time.RFC3339Nano, pins[pinEdgeSeen])
	note(pinEdgeSeen, err)
	p.cdnUnread, err = strconv.ParseBool(pins[pinCDNUnread])
	note(pinCDNUnread, err)
	if text := pins[PinSilent]; text != "" {
		p.silent, err = time.Parse(time.RFC3339Nano, text)
		note(PinSilent, err)
	}
	for name, into := range map[string]any{PinServices: &p.services, PinRecords: &p.records, PinOrigins: &p.origins, PinRisk: &p.loss} {
		note(name, json.Unmarshal([]byte(pins[name]), into))
	}
	p.lit = pins[pinLit] == "true"
	for name, into := range map[string]any{PinRebuild: &p.rebuild, pinLast: &p.last, PinLeft: &p.left, PinPoint: &p.point} {
		if text := pins[name]; text != "" {
			note(name, json.Unmarshal([]byte(text), into))
		}
	}
	if p.rebuild != nil {
		p.rebuild.renaming, p.rebuild.renamed = pins[pinRename] != "", pins[PinKept] != ""
	}
	bare := pins[PinStrategy] != "" && config.Strategy(pins[PinStrategy]) != config.WarmStandby // where users were nothing stands by then
	if p.rebuild == nil && p.kind.rebuilds() && !(p.kind == Failback && bare) {
		note(PinRebuild, errors.New("is missing"))
	}
	for name, value := range map[string]string{PinKind: string(p.kind), pinFrom: p.from, pinTo: p.to, PinReplica: p.replica, PinBalancer: p.balancer} {
		if value == "" && !(name == PinBalancer && (p.kind == Reprotect || p.lit)) {
			note(name, errors.New("is missing"))
		}
	}
	return p, errors.Join(problems...)
}

// writers are the services that write to the database, where they are in the region being left.
func (p *planned) writers() []PinnedService {
	var out []PinnedService
	for _, s := range p.services {
		if s.Writes && s.From.there() {
			out = append(out, s)
		}
	}
	return out
}

// arriving are the services of the region that takes over.
func (p *planned) arriving() []PinnedService {
	var out []PinnedService
	for _, s := range p.services {
		if s.To.there() {
			out = append(out, s)
		}
	}
	return out
}
