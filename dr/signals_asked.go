package dr

import (
	"fmt"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/pg"
)

// apiSignal: the region's AWS API is silent where no call of the newest refresh got an answer. A 5xx is none.
func (j *join) apiSignal(s *side) Signal {
	part, g := s.raw.API, Signal{Name: signalAPI}
	h := part.Value
	if !j.current(part.Tried, j.fast(s), j.p.call, &g) || h.Answered+h.Silent == 0 {
		return g
	}
	g.Asked = true
	switch {
	case h.Answered == 0:
		g.Silent = true
		g.Text = fmt.Sprintf("none of %s was answered%s", several(h.Silent, "call"), firstSilence(s.raw))
	case h.Silent > 0:
		g.Text = fmt.Sprintf("%d of %s not answered%s", h.Silent, several(h.Answered+h.Silent, "call"), firstSilence(s.raw))
	default:
		g.Text = fmt.Sprintf("answers, the slowest of %s in %s", several(h.Answered, "call"), millis(h.Slowest))
	}
	return g
}

// current says whether an attempt is of now; where it is not, the signal says why it counts for nothing. Attempts on what
// is silent take as long as a few answers are waited for.
func (j *join) current(tried time.Time, period, wait time.Duration, g *Signal) bool {
	g.tried = tried
	switch {
	case tried.IsZero():
		g.Text = notRead
		return false
	case j.now.Sub(tried) > stalePeriods*(period+wait):
		g.Text = "not asked for " + span(j.now.Sub(tried))
		return false
	}
	return true
}

func firstSilence(raw *aws.Snapshot) string {
	for _, err := range []error{
		raw.Identity.Err, raw.Services.Err, raw.Balancers.Err, raw.Fast.Databases.Err, raw.Metrics.Err, raw.Scaling.Err,
	} {
		if kind := fault.KindOf(err); kind.Silent() {
			return " (" + string(kind) + ")"
		}
	}
	return ""
}

func (j *join) balancerSignal(s *side) Signal {
	return j.httpSignal(signalBalancer, s.cfg.Probe.URL, j.in.Edge.Balancers[s.cfg.Name])
}

// publicSignal: the public API speaks for the region where its path leads.
func (j *join) publicSignal(s *side) Signal {
	part := j.in.Edge.API
	if j.e.Path.To != s.cfg.Name || part.Err == nil && part.Value.Region != "" && part.Value.Region != s.cfg.Name {
		return Signal{Name: signalPublic, Text: "does not lead here"}
	}
	g := j.httpSignal(signalPublic, j.cfg.Edge.API.URL, part)
	if g.Asked && !g.Silent && fromCDN(part.Value) {
		g.Asked, g.Text = false, fmt.Sprintf("the CDN answers %d by itself", part.Value.Status)
	}
	return g
}

// fromCDN says whether an error may be the CDN's own word about an origin that gave it nothing: it proves no life.
func fromCDN(a edge.Answer) bool {
	gateway := a.Status == 502 || a.Status == 503 || a.Status == 504
	return gateway && a.Environment == "" && a.Via != "" && !strings.HasPrefix(a.Server, "awselb")
}

// httpSignal: any HTTP answer is life. A wrong certificate and an answer that broke off are answers, too.
func (j *join) httpSignal(name, url string, part aws.Part[edge.Answer]) Signal {
	g := Signal{Name: name}
	if url == "" {
		g.Text = "not configured"
		return g
	}
	if !j.current(part.Tried, j.p.edge, j.p.probe, &g) {
		return g
	}
	g.Asked = true
	switch kind := fault.KindOf(part.Err); {
	case part.Err == nil:
		g.Text = fmt.Sprintf("answers %d in %s", part.Value.Status, millis(part.Value.Took))
	case kind == fault.TimedOut || kind == fault.Unreachable:
		g.Silent, g.Text = true, causeText(part.Err)
	default:
		g.Text = causeText(part.Err)
		g.Asked = kind == fault.Refused || kind == fault.Unreadable
	}
	return g
}

// databaseSignal: the region's databases are silent where none of those with a connection answers. One that is starting
// up answers.
func (j *join) databaseSignal(s *side) Signal {
	g := Signal{Name: signalDatabase, Text: "no connection configured"}
	for _, db := range s.cfg.Databases {
		part, ok := s.sql[db.ID]
		if !ok {
			continue
		}
		switch rds := s.raw.Databases; {
		case rds.Tried.IsZero(): // whether it is there at all is not known yet
			g.Text = notRead
			continue
		case rds.Known() && s.dbs[db.ID] == nil: // as where the region rests: that nobody answers under its name is no silence
			g.Text = db.ID + " is not there"
			continue
		}
		one := j.sqlSignal(part)
		if !g.Asked || one.Asked && !one.Silent {
			g = one
		}
	}
	return g
}

func (j *join) sqlSignal(part aws.Part[pg.Reading]) Signal {
	g := Signal{Name: signalDatabase}
	if !j.current(part.Tried, j.p.database, j.p.connect, &g) {
		return g
	}
	g.Asked = true
	if part.Err == nil {
		g.Text = "answers in " + millis(part.Value.RoundTrip)
		return g
	}
	g.Text = causeText(part.Err)
	switch fault.KindOf(part.Err) {
	case fault.TimedOut, fault.Unreachable:
		g.Silent = true
	case fault.NoCredentials, fault.NotConfigured, "":
		g.Asked = false
	}
	return g
}
