package dr

import (
	"encoding/json"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/runbook"
)

// diary writes the journal of a run as the engine would.
type diary struct {
	entries []runbook.Entry
	at      time.Time
}

// failoverPlan is a failover's graph, in short: two ways side by side between fence and public.
func failoverPlan(kind Kind, from, to string) *runbook.Plan {
	step := func(id string, after ...string) runbook.PlannedStep {
		return runbook.PlannedStep{ID: id, Title: id, After: after, Commit: id == StepPromote, Safety: id == StepFence}
	}
	databases := map[string]string{"us-east-1": "dev-db", "us-west-2": "dr-db"}
	return &runbook.Plan{
		Name: string(kind), Title: kind.Phrase(from, to), From: from, To: to, Mode: runbook.Unplanned,
		Pins: runbook.Pins{PinKind: string(kind), PinSource: databases[from], PinReplica: databases[to]},
		Steps: []runbook.PlannedStep{
			step(StepFence), step(StepPromote, StepFence), step("scale"), step("deploy", StepPromote, "scale"),
			step(StepPublic, "deploy"), step("protect", StepPublic), step("report", "protect"),
		},
	}
}

// begin is a run that begins at a moment.
func begin(kind Kind, from, to string, at time.Time) *diary {
	d := &diary{at: at}
	return d.write(runbook.Entry{Run: runbook.NewRunID(at, string(kind)), Kind: runbook.EntryPlan, Plan: failoverPlan(kind, from, to)})
}

func (d *diary) write(e runbook.Entry) *diary {
	e.Seq, e.At, e.By, e.Host = int64(len(d.entries)+1), d.at, "ops", "desk"
	d.entries = append(d.entries, e)
	return d
}

// later lets time pass in it.
func (d *diary) later(t time.Duration) *diary { d.at = d.at.Add(t); return d }

// step is one that takes so long and is done, people's time apart.
func (d *diary) step(id string, took, waited time.Duration) *diary {
	d.write(runbook.Entry{Kind: runbook.EntryBegan, Step: id}).later(waited)
	d.write(runbook.Entry{Kind: runbook.EntryIntent, Step: id, Try: 1, Waited: runbook.Wait(waited)}).later(took)
	return d.write(runbook.Entry{Kind: runbook.EntryDone, Step: id, Result: runbook.OutcomeDone, Waited: runbook.Wait(waited)})
}

// asked is one whose Do was begun, and of which nothing more is known.
func (d *diary) asked(id string) *diary {
	return d.write(runbook.Entry{Kind: runbook.EntryBegan, Step: id}).write(runbook.Entry{Kind: runbook.EntryIntent, Step: id, Try: 1})
}

func (d *diary) pin(name, value string) *diary {
	return d.write(runbook.Entry{Kind: runbook.EntryPinned, Name: name, Value: value})
}

// receipt is the n-th proof that the old writer is fenced.
func (d *diary) receipt(n int) *diary {
	value, _ := json.Marshal(Receipt{At: d.at, By: "sql", Text: "0 tasks, 0 connections"})
	return d.pin(PinReceipt(n), string(value))
}

func (d *diary) promotedAt() *diary { return d.pin(PinPromotedAt, d.at.Format(time.RFC3339Nano)) }

func (d *diary) end(e runbook.Ending) *diary {
	if e == runbook.Stopped {
		return d.write(runbook.Entry{Kind: runbook.EntryStopped, Text: "nobody answers this gate"})
	}
	return d.write(runbook.Entry{Kind: runbook.EntryEnded, Result: runbook.Outcome(e)})
}

func (d *diary) view() runbook.View { return runbook.Replay(d.entries) }

// whole is a failover that went through: 7 minutes from its gate to its public answers, of which people took none.
func whole(kind Kind, from, to string, at time.Time) *diary {
	d := begin(kind, from, to, at).step(StepFence, time.Minute, 5*time.Minute).receipt(1).promotedAt().step(StepPromote, 4*time.Minute, 0)
	return d.step("scale", time.Minute, 0).step("deploy", 90*time.Second, 0).step(StepPublic, 30*time.Second, time.Minute).
		step("protect", 10*time.Minute, 0).step("report", time.Second, 0).end(runbook.Done)
}

// journals makes a scene's journals tell of these runs, and of nothing else.
func (s *scene) journals(runs ...*diary) *scene {
	in := RecordInput{Where: "this machine only"}
	var read []RunRead
	for _, d := range runs {
		read = append(read, RunRead{View: d.view()})
	}
	in.Runs, in.Lease = part(read, s.now), part(HeldRead{Scope: "this machine only"}, s.now)
	s.in.Record = &in
	return s
}

// failedOver is an estate that was taken to us-west-2 two hours ago: promoted there, at full size, users and all.
func failedOver() *scene {
	s := well()
	s.api(answered(200, "us-west-2", noon))
	s.in.Edge.Write = answered(201, "us-west-2", noon)
	resolvers := append(s.in.Edge.Resolvers[:0:0], s.in.Edge.Resolvers...)
	for k := range resolvers {
		resolvers[k].API = answered(200, "us-west-2", noon)
	}
	s.in.Edge.Resolvers = resolvers
	full := snapshot("us-west-2", "dr", 2, 1, noon)
	s.west.Services, s.west.Targets, s.west.Scaling = full.Services, full.Targets, full.Scaling
	s.promoteWest()
	return s.journals(whole(Failover, "us-east-1", "us-west-2", noon.Add(-2*time.Hour)))
}

// promoteWest makes the replica a writer, and the old one a writer that nobody uses: its services are stopped.
func (s *scene) promoteWest() *scene {
	s.database(0, func(db *aws.Database) { db.Replicas, db.Endpoint = nil, "dev-db.rds" })
	s.database(1, func(db *aws.Database) { db.Source, db.ReplicationState, db.Endpoint = "", "", "dr-db.rds" })
	s.lag()
	s.connections(0)
	s.services(0, func(all []aws.Service) { all[1].Desired, all[1].Running = 0, 0 })
	quiet, writer := primaryReading(s.now), primaryReading(s.now)
	quiet.Connections, quiet.Standbys, writer.Standbys, writer.Timeline = nil, nil, nil, 2
	s.in.Regions[0].SQL = with(s.in.Regions[0].SQL, "dev-db", part(quiet, s.now))
	s.in.Regions[1].SQL = with(s.in.Regions[1].SQL, "dr-db", part(writer, s.now))
	return s
}

// connections is what CloudWatch counted at the old writer a minute ago.
func (s *scene) connections(n float64) *scene {
	m := s.east.Metrics.Value.Databases["dev-db"]
	m.Connections = aws.Series{{At: s.now.Add(-time.Minute), Value: n}}
	s.east.Metrics = part(aws.Metrics{Databases: with(s.east.Metrics.Value.Databases, "dev-db", m)}, s.now)
	return s
}
