package dr

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"lifeboat/aws/fault"
)

// span is a duration as a person says it: "0.8 s", "98 s", "3 min 20 s", "41 min", "5 h 12 min", "12 d".
func span(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 0:
		return "-" + span(-max(d, -math.MaxInt64))
	case s < 9.95:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", s), ".0") + " s"
	case s < 119.5:
		return fmt.Sprintf("%.0f s", s)
	}
	switch {
	case d < 10*time.Minute:
		return two(d, time.Minute, "min", time.Second, "s")
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d < 48*time.Hour:
		return two(d, time.Hour, "h", time.Minute, "min")
	}
	return fmt.Sprintf("%d d", d/(24*time.Hour))
}

// two is a duration in a large and a small unit, the small one left out where it is 0.
func two(d, large time.Duration, largeWord string, small time.Duration, smallWord string) string {
	d = d.Round(small)
	s := fmt.Sprintf("%d %s", d/large, largeWord)
	if rest := d % large / small; rest > 0 {
		s += fmt.Sprintf(" %d %s", rest, smallWord)
	}
	return s
}

// atMost is an upper bound as a person says it: rounded up, never down.
func atMost(d time.Duration) string {
	unit := time.Second
	switch {
	case d >= 48*time.Hour:
		unit = 24 * time.Hour
	case d >= 10*time.Minute:
		unit = time.Minute
	case d < 10*time.Second:
		unit = 100 * time.Millisecond
	}
	return span((d + unit - 1) / unit * unit)
}

// clock is a time of day in UTC; with its date where it is more than a day from now.
func clock(t, now time.Time) string {
	if now.Sub(t).Abs() > 20*time.Hour {
		return t.UTC().Format("2006-01-02 15:04")
	}
	return t.UTC().Format("15:04:05")
}

// minute is clock without the seconds, rounded down: what must have begun by then.
func minute(t, now time.Time) string {
	if now.Sub(t).Abs() > 20*time.Hour {
		return clock(t, now)
	}
	return t.UTC().Format("15:04")
}

// bytes is a size as a person says it, in powers of 1024 as AWS counts them.
func bytes(n float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for math.Abs(n) >= 1024 && i < len(units)-1 {
		n /= 1024
		i++
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0") + " " + units[i]
}

// several is "1 target", "2 targets".
func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// among is a list in words: "a", "a and b", "a, b and c".
func among(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// whyOf says why a reading failed: the call and the kind, and the cause where the kind alone says too little.
func whyOf(err error) string {
	if err == nil {
		return ""
	}
	var e *fault.Error
	if !errors.As(err, &e) {
		return short(err.Error())
	}
	switch e.Kind {
	case fault.NotConfigured:
		return "not configured"
	case fault.TimedOut, fault.Unreachable, fault.Denied, fault.Expired, fault.Throttled:
		return plain(e.Op) + ": " + string(e.Kind)
	}
	if e.Cause == nil {
		return plain(e.Op) + ": " + string(e.Kind)
	}
	return short(e.Op + ": " + string(e.Kind) + " (" + e.Cause.Error() + ")")
}

func remedyOf(err error) string { return fault.KindOf(err).Remedy() }

// short keeps a message to a line of the screen.
func short(s string) string {
	const most = 140
	s = plain(strings.TrimSpace(s))
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// millis is a short time as a person says it: "41 ms", "1.2 s".
func millis(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return span(d)
}

// causeText is a failure without the call's name: "timed out (connecting, 5s)".
func causeText(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return short(err.Error())
	}
	if e.Cause == nil {
		return string(e.Kind)
	}
	return short(string(e.Kind) + " (" + e.Cause.Error() + ")")
}
