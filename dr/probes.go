package dr

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
)

// probe is what a configured question came to. A question that got no answer is seen to be bad now, whatever it got
// before; one whose newest answer is old is unknown.
func (j *join) probe(asked config.Probe, part aws.Part[edge.Answer]) ProbeResult {
	if asked.URL == "" {
		return ProbeResult{}
	}
	r := ProbeResult{Asked: true, Seen: seenOf(part, j.p.edge, j.now), Word: "?"}
	if part.Err != nil {
		r.Word, r.Level = failedWord(part.Err)
		return r
	}
	if !part.Known() {
		return r
	}
	a := part.Value
	r.Status, r.Took, r.Region, r.Says, r.Via = a.Status, a.Took, a.Region, plain(a.Environment), plain(a.Via)
	r.Word, r.Level = strconv.Itoa(a.Status), r.Seen.judged(statusLevel(a.Status))
	if r.Seen.Old {
		r.Word = "? was " + r.Word
	}
	return r
}

// public is probe for a public URL: its answer may prove who serves.
func (j *join) public(asked config.Probe, part aws.Part[edge.Answer]) ProbeResult {
	r := j.probe(asked, part)
	if !r.Asked || !r.Seen.fresh() || r.Region == "" || part.Value.Cached() {
		return r
	}
	r.Proof, _ = j.passesOneOrigin(asked.URL)
	if writing(asked.Method) {
		r.Proof = true // CloudFront takes no writes where a behaviour has an origin group
	}
	if j.cfg.Edge.Distribution == "" && r.Via != "" {
		r.Proof = false // some CDN is in between whose behaviours nobody knows
	}
	return r
}

// writing says whether a method is one that CloudFront refuses in front of an origin group.
func writing(method string) bool {
	return slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, strings.ToUpper(method))
}

func statusLevel(status int) Level {
	switch {
	case status >= 200 && status < 400:
		return Good
	case status >= 500:
		return Bad
	}
	return Warn
}

// failedWord is a failed question in a word, and what that says of whoever was asked.
func failedWord(err error) (string, Level) {
	switch kind := fault.KindOf(err); {
	case kind == fault.TimedOut, kind == fault.Unreachable:
		return string(kind), Bad
	case errors.Is(err, edge.ErrCertificate):
		return "certificate", Warn
	case kind == fault.NotConfigured:
		return "not configured", Unknown
	case kind != "":
		return string(kind), Warn
	}
	return "?", Unknown
}
