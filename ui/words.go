package ui

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Ago is an age as a person says it, in steps that grow: "now", "2 s ago", "25 s ago", "3 min ago", "2 h ago". The steps
// keep a resting screen at rest.
func Ago(d time.Duration) string {
	switch s := int(d / time.Second); {
	case s < 2:
		return "now"
	case s < 5:
		return "2 s ago"
	case s < 60:
		return fmt.Sprintf("%d s ago", s/5*5)
	case s < 2*60*60:
		return fmt.Sprintf("%d min ago", s/60)
	case s < 48*60*60:
		return fmt.Sprintf("%d h ago", s/3600)
	default:
		return fmt.Sprintf("%d days ago", s/86400)
	}
}

// Long is a duration in its two largest units: "45 s", "9 min", "5 h 12 min", "41 days".
func Long(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Long(-d)
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return strings.TrimSuffix(fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute), " 0 min")
	default:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
}

// Short is a running duration in few cells: "45s", "1m38s", "2h05m", "3d".
func Short(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
}

// Stopwatch is a running time as a clock shows it: "0:01", "12:05", "1:02:05".
func Stopwatch(d time.Duration) string {
	d = max(d, 0)
	h, m, s := d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// Secs is a measured duration: "0.8 s", "14 s", "98 s", "5 min 20 s", "2 h 5 min".
func Secs(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 9.95 && s > -9.95:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", s), ".0") + " s"
	case s < 299.5:
		return fmt.Sprintf("%.0f s", s)
	case s < 3600:
		m := int(math.Round(s))
		return strings.TrimSuffix(fmt.Sprintf("%d min %d s", m/60, m%60), " 0 s")
	}
	return Long(d)
}

// Millis is a short time: "41 ms", "1.2 s".
func Millis(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond)/time.Millisecond)
	}
	return Secs(d)
}

// Clock is a time of day in UTC, "15:04:05"; with another day's date it is "2 Jan 15:04".
func Clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if now.Sub(t).Abs() > 20*time.Hour {
		return t.Format("2 Jan 15:04")
	}
	return t.Format("15:04:05")
}

// Number is a figure in few digits: "12", "0.1", "1.2k", "3.4M".
func Number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1e6:
		return trim(v/1e6) + "M"
	case a >= 1e4:
		return trim(v/1e3) + "k"
	}
	return trim(v)
}

func trim(v float64) string {
	if math.Abs(v) >= 9.95 {
		return fmt.Sprintf("%.0f", v)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

// Bytes is a size in powers of 1024: "18.2 GiB".
func Bytes(v float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	i := 0
	for math.Abs(v) >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	return trim(v) + " " + units[i]
}

// Plural is "1 target", "2 targets".
func Plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
