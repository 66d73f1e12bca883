package dr

import "time"

// Document is the estate as a Doc.
func Document(e *Estate) Doc {
	d := Doc{
		Version: DocVersion, Estate: e.Name, Strategy: string(e.Strategy), Simulated: e.Simulated,
		At: e.At.UTC(), Complete: e.Complete, Exit: e.Exit(),
		Objectives:  DocObjectives{RPO: e.Objectives.RPO.D().Seconds(), RTO: e.Objectives.RTO.D().Seconds()},
		Verdict:     docVerdict(e.Verdict),
		Risk:        docRisk(e.Risk),
		TimeToServe: docTimeToServe(e),
		Record:      docRuns(&e.Record),
		Split:       docSplit(e.Split),
		Checks:      list(e.Checks, docCheck),
		Replication: docReplication(e.Replication),
		Path:        docPath(e.Path, e.Edge),
		Feed:        list(e.Feed, docChange),
	}
	for i := range e.Regions {
		d.Regions = append(d.Regions, docRegion(&e.Regions[i]))
	}
	return plainDoc(d)
}

// list converts a slice; the result is never nil, so that JSON says [] and not null.
func list[T, U any](from []T, make1 func(T) U) []U {
	to := make([]U, 0, len(from))
	for _, v := range from {
		to = append(to, make1(v))
	}
	return to
}

// when is a time for JSON: null for none.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// given is v where it is known, null otherwise.
func given[T any](known bool, v T) *T {
	if !known {
		return nil
	}
	return &v
}

func seconds(known bool, d time.Duration) *float64 { return given(known, d.Seconds()) }

func named(s string) *string { return given(s != "", s) }

func figure(f Figure) *float64 { return given(f.Known, f.Value) }

func docSeen(s Seen) DocSeen {
	return DocSeen{At: when(s.At), Old: s.Old, Why: s.Why, Remedy: s.Remedy}
}

func docVerdict(v Verdict) DocVerdict {
	return DocVerdict{
		Level: v.Level.String(), Serving: named(v.Serving), Writer: named(v.Writer),
		Lines: list(v.Lines, Line.String),
	}
}

func docRisk(r Risk) DocRisk {
	return DocRisk{
		Seconds: seconds(r.Known, r.Value), AtMost: r.AtMost, Safe: when(r.Safe),
		From: r.From, Why: r.Why, Level: r.Level.String(),
	}
}

func docReplication(r Replication) DocReplication {
	return DocReplication{
		State: r.State, Level: r.Level.String(),
		Source: r.Source, SourceRegion: r.SourceRegion, Replica: r.Replica, ReplicaRegion: r.ReplicaRegion,
		Reported: seconds(r.Reported.Known, r.Reported.Value), ReportedAt: when(r.Reported.At), ReportedWhy: r.Reported.Why,
		Corrected: seconds(r.Corrected.Known, r.Corrected.Value), CorrectedMost: r.Corrected.AtMost,
		CorrectedBy: r.Corrected.Method, CorrectedAt: when(r.Corrected.At), CorrectedWhy: r.Corrected.Why,
		Idle: r.Idle, LastContact: when(r.LastContact), SlotLag: figure(r.SlotLag), FreeStorage: figure(r.FreeStorage),
		UntilFull: seconds(r.UntilFull > 0, r.UntilFull), Text: r.Text,
		Series: list(r.Series, func(p Point) DocPoint { return DocPoint{At: p.At.UTC(), Seconds: p.Value} }),
		Seen:   docSeen(r.Seen),
	}
}

func docChange(c Change) DocChange {
	return DocChange{At: c.At.UTC(), Region: c.Region, Subject: c.Subject, Text: c.Text, Level: c.Level.String()}
}

func docFinding(f Finding) DocFinding {
	return DocFinding{ID: f.ID, Level: f.Level.String(), Text: f.Text, Remedy: f.Remedy, Seen: docSeen(f.Seen)}
}

func docProbe(p ProbeResult) DocProbe {
	answered := p.Status != 0
	return DocProbe{
		Asked: p.Asked, Level: p.Level.String(), Word: p.Word, Status: given(answered, p.Status),
		Took: seconds(answered, p.Took), Region: named(p.Region), Says: p.Says, Proves: p.Proof, Via: p.Via, Seen: docSeen(p.Seen),
	}
}
