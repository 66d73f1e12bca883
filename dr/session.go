package dr

import (
	"time"

	"lifeboat/aws/fault"
)

// A session that ends within sessionNear is worth a word, within sessionClose a warning that stands out.
const (
	sessionNear  = time.Hour
	sessionClose = 15 * time.Minute
)

// session is who Lifeboat is in a region.
func (j *join) session(s *side) {
	part, v := s.raw.Identity, &s.r.Session
	id := part.Value
	v.Name, v.ARN, v.Account, v.Source = plain(id.Name), plain(id.ARN), plain(id.Account), plain(id.Source)
	v.Expires, v.Seen = id.Expires, seenOf(part, j.fast(s), j.now)
	switch kind := fault.KindOf(part.Err); {
	case kind == fault.Expired || kind == fault.NoCredentials:
		v.Level = Bad
	default:
		v.Level = v.Seen.judged(sessionLevel(id.Expires, j.now))
	}
	s.r.Seen = seenOfAPI(s, j)
}

func sessionLevel(expires, now time.Time) Level {
	switch left := expires.Sub(now); {
	case expires.IsZero() || left > sessionNear:
		return Good
	case left > 0:
		return Warn
	}
	return Bad
}

// seenOfAPI is how far a region's figures may be trusted as a whole: the newest moment at which any of them was read,
// old while its API does not answer.
func seenOfAPI(s *side, j *join) Seen {
	f := s.raw.Fast
	var seen Seen
	for _, t := range []time.Time{
		f.Identity.Seen, f.Services.Seen, f.Scaling.Seen, f.Balancers.Seen, f.Databases.Seen, f.Metrics.Seen,
	} {
		if t.After(seen.At) {
			seen.At = t
		}
	}
	api := s.r.Signals[0]
	switch {
	case f.API.Tried.IsZero():
		seen.Why = notRead
	case api.Silent:
		seen.Old, seen.Why = seen.Known(), "the AWS API does not answer: "+api.Text
		seen.Remedy = fault.Unreachable.Remedy()
	case j.now.Sub(seen.At) > stalePeriods*j.fast(s):
		seen.Old = seen.Known()
		seen.Why, seen.Remedy = firstFailure(s)
	}
	return seen
}

// firstFailure says why nothing of a region could be read.
func firstFailure(s *side) (why, remedy string) {
	f := s.raw.Fast
	for _, err := range []error{f.Identity.Err, f.Services.Err, f.Balancers.Err, f.Databases.Err, f.Metrics.Err} {
		if err != nil {
			return whyOf(err), remedyOf(err)
		}
	}
	return "nothing was read lately", ""
}
