package config

import (
	"fmt"
	"strings"
	"time"
)

// String is the duration as a person writes it: 1h30m, not 1h30m0s.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// MarshalYAML writes the duration as a person writes it.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// parseDuration reads what String writes, and says what is missing where a unit is.
func parseDuration(s string) (Duration, error) {
	d, err := time.ParseDuration(s)
	if err == nil {
		return Duration(d), nil
	}
	if _, err := time.ParseDuration(s + "s"); err == nil {
		return 0, fmt.Errorf("%s has no unit; write one, like %ss or %sm", quote(s), s, s)
	}
	return 0, fmt.Errorf("%s is no duration; write one like 15s, 5m or 1h30m", quote(s))
}
