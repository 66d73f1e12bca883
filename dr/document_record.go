package dr

import (
	"time"

	"lifeboat/dr/runbook"
)

// DocRuns is what the journals of the estate's runs tell.
type DocRuns struct {
	Where    string      `json:"where,omitempty"`  // "this machine only", "s3://bucket/prefix/"; absent: none are read
	Shared   bool        `json:"shared"`           // other machines see them
	Region   string      `json:"region,omitempty"` // the region that answers for them
	Writer   *string     `json:"writer"`           // the region of the writer of record; null: it cannot be told
	Why      string      `json:"why,omitempty"`
	Run      string      `json:"promoted_by_run,omitempty"`
	From     string      `json:"left,omitempty"`       // the region that this run left
	Source   string      `json:"old_writer,omitempty"` // the instance that was the writer before
	Promoted *time.Time  `json:"promoted_at"`
	Receipt  *DocReceipt `json:"fence_receipt"` // null: there is none
	Open     []DocRun    `json:"open_runs"`     // newest first
	Last     *DocRun     `json:"last_run"`      // the newest that came to its end
	Lease    DocLease    `json:"lease"`
	Seen     DocSeen     `json:"seen"`
}

// DocReceipt is the proof that the old writer takes no writes.
type DocReceipt struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"` // sql, cloudwatch
	Text  string    `json:"text"`
	Holds bool      `json:"holds"`
	Void  string    `json:"void,omitempty"` // why it holds no more
}

// DocRun is a run as its journal tells it.
type DocRun struct {
	ID      string    `json:"id"`
	Name    string    `json:"procedure"` // failover, switchover
	Title   string    `json:"title"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Mode    string    `json:"mode"`  // planned, unplanned
	State   string    `json:"state"` // running, stopped, done, undone, ...
	Started time.Time `json:"started_at"`
	Changed time.Time `json:"changed_at"` // when its last entry was written
}

// DocLease is the estate's lock.
type DocLease struct {
	Held    bool       `json:"held"`
	Holder  string     `json:"holder,omitempty"`
	Host    string     `json:"host,omitempty"`
	Run     string     `json:"run,omitempty"`
	Fence   *int64     `json:"fence"`
	Expires *time.Time `json:"expires_at"`
	Scope   string     `json:"scope,omitempty"`
	Seen    DocSeen    `json:"seen"`
}

// DocSplit is a database that takes writes, or could, beside the writer of record.
type DocSplit struct {
	Region   string  `json:"region"`
	Database string  `json:"database"`
	Level    string  `json:"level"` // bad: not fenced; warn: kept, and fenced
	Text     string  `json:"text"`
	Fix      string  `json:"fix,omitempty"`
	Seen     DocSeen `json:"seen"`
}

// DocCheck is one readiness check.
type DocCheck struct {
	ID       string  `json:"id"`
	Title    string  `json:"title"`
	Verdict  string  `json:"verdict"` // pass, warn, fail, unknown
	Text     string  `json:"text"`
	Remedy   string  `json:"remedy,omitempty"`
	Blocking bool    `json:"blocking"`           // a gate is not passed over it without a typed phrase
	Override string  `json:"override,omitempty"` // that phrase
	Seen     DocSeen `json:"seen"`
}

func docTimeToServe(e *Estate) DocTimeToServe {
	if e.Record.Serve > 0 {
		return DocTimeToServe{Seconds: seconds(true, e.Record.Serve), From: e.Record.ServeFrom}
	}
	return DocTimeToServe{Why: e.noTime()}
}

func docRuns(r *Record) DocRuns {
	d := DocRuns{
		Where: r.Where, Shared: r.Shared, Region: r.Region, Writer: named(r.Writer), Why: r.Why,
		Run: r.Run, From: r.From, Source: r.Source, Promoted: when(r.Promoted),
		Open: list(r.Open, docRun), Lease: docLease(r.Lease), Seen: docSeen(r.Seen),
	}
	if r.Receipt != nil {
		d.Receipt = &DocReceipt{At: r.Receipt.At.UTC(), By: r.Receipt.By, Text: r.Receipt.Text, Holds: r.Voided == "", Void: r.Voided}
	}
	if r.Last != nil {
		last := docRun(*r.Last)
		d.Last = &last
	}
	return d
}

func docRun(v runbook.View) DocRun {
	state := string(v.Ending)
	if v.Ending == runbook.Running {
		state = "running"
	}
	return DocRun{
		ID: v.Run, Name: v.Plan.Name, Title: v.Plan.Title, From: v.Plan.From, To: v.Plan.To, Mode: string(v.Mode), State: state,
		Started: v.Started.UTC(), Changed: v.Changed.UTC(),
	}
}

func docLease(l LeaseSeen) DocLease {
	g := l.Grant
	d := DocLease{Held: l.Held, Scope: l.Scope, Seen: docSeen(l.Seen)}
	if l.Held {
		d.Holder, d.Host, d.Run, d.Fence, d.Expires = g.Holder, g.Host, g.Run, &g.Fence, when(g.Expires)
	}
	return d
}

func docSplit(s *Split) *DocSplit {
	if s == nil {
		return nil
	}
	return &DocSplit{Region: s.Region, Database: s.Database, Level: s.Level.String(), Text: s.Text, Fix: s.Fix, Seen: docSeen(s.Seen)}
}

func docCheck(c Check) DocCheck {
	return DocCheck{
		ID: c.ID, Title: c.Title, Verdict: c.Verdict.String(), Text: c.Text, Remedy: c.Remedy,
		Blocking: c.Blocking, Override: c.Override, Seen: docSeen(c.Seen),
	}
}
