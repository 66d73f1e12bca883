package dr

import (
	"errors"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

func TestDurationsAsAPersonSaysThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 800 * time.Millisecond: "0.8 s", 9940 * time.Millisecond: "9.9 s", 9960 * time.Millisecond: "10 s", 98 * time.Second: "98 s",
		2 * time.Minute: "2 min", 200 * time.Second: "3 min 20 s", 41 * time.Minute: "41 min", 312 * time.Minute: "5 h 12 min", 2 * time.Hour: "2 h",
		50 * time.Hour: "2 d", -5 * time.Second: "-5 s",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestAnUpperBoundIsNeverRoundedDown(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1001 * time.Millisecond: "1.1 s", 15100 * time.Millisecond: "16 s", 98001 * time.Millisecond: "99 s",
		10*time.Minute + time.Second: "11 min", 2*time.Hour + time.Second: "2 h 1 min", 71 * time.Hour: "3 d",
	} {
		if got := atMost(d); got != want {
			t.Errorf("%v is at most %q, want %q", d, got, want)
		}
	}
}

func TestAFailureIsSaidWithItsCallAndKind(t *testing.T) {
	for want, err := range map[string]error{
		"":                                nil,
		"ecs:DescribeServices: timed out": fault.New(fault.TimedOut, "ecs:DescribeServices", "us-east-1", errors.New("context deadline exceeded")),
		"rds:DescribeDBInstances: refused by the service (no such)": fault.New(fault.Refused, "rds:DescribeDBInstances", "", errors.New("no such")),
		"not configured":               fault.New(fault.NotConfigured, "probe", "write", nil),
		"strange":                      errors.New("strange"),
		"x: unreadable answer (·[31m)": fault.New(fault.Unreadable, "x", "", errors.New("\x1b[31m")),
	} {
		if got := whyOf(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestHowFarAPartMayBeTrusted(t *testing.T) {
	read := part(1, noon)
	for name, c := range map[string]struct {
		part  aws.Part[int]
		at    time.Time
		known bool
		old   bool
		why   string
	}{
		"fresh":                     {read, noon.Add(45 * time.Second), true, false, ""},
		"older than three periods":  {read, noon.Add(46 * time.Second), true, true, "read 46 s ago, and nothing newer came"},
		"the newest attempt failed": {failed(read, fault.Throttled, noon.Add(time.Second)), noon.Add(time.Second), true, true, "ask: throttled"},
		"never, and it failed":      {failed(aws.Part[int]{}, fault.Denied, noon), noon, false, false, "ask: denied"},
		"not tried":                 {aws.Part[int]{}, noon, false, false, "not read yet"},
	} {
		s := seenOf(c.part, fast, c.at)
		if s.Known() != c.known || s.Old != c.old || s.Why != c.why {
			t.Errorf("%s: %+v", name, s)
		}
		if c.part.Err != nil && s.Remedy != fault.KindOf(c.part.Err).Remedy() {
			t.Errorf("%s: remedy %q", name, s.Remedy)
		}
	}
}

func TestTextFromElsewhereIsHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"backend": "backend", "grün · 終": "grün · 終", "\x1b]0;gone\x07": "·]0;gone·", "a\nb\tc": "a b c", "\u202eevil\u200b": "·evil·",
		"\x9b31m": "·31m", "\xff\xfe": "·", "\u009b1m": "·1m", "\x7f": "·",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
