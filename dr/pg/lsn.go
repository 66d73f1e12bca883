package pg

import (
	"fmt"
	"strconv"
	"strings"
)

// LSN is a position in PostgreSQL's write-ahead log, in bytes since the cluster was made. 0 is no position. It is only
// comparable with positions of the same cluster on the same timeline.
type LSN uint64

// ParseLSN reads PostgreSQL's own notation: two hexadecimal halves of 32 bits, "16/B374D848".
func ParseLSN(s string) (LSN, error) {
	high, low, ok := strings.Cut(s, "/")
	h, errHigh := strconv.ParseUint(high, 16, 32)
	l, errLow := strconv.ParseUint(low, 16, 32)
	if !ok || errHigh != nil || errLow != nil {
		return 0, fmt.Errorf("%q is no WAL position: want two hexadecimal halves, as in 16/B374D848", s)
	}
	return LSN(h<<32 | l), nil
}

// String is PostgreSQL's own notation.
func (l LSN) String() string { return fmt.Sprintf("%X/%X", uint32(l>>32), uint32(l)) }

// Sub is the bytes of WAL from o to l; negative where l is the earlier one.
func (l LSN) Sub(o LSN) int64 { return int64(l - o) }

// MarshalText writes PostgreSQL's notation, for JSON.
func (l LSN) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads PostgreSQL's notation, for JSON.
func (l *LSN) UnmarshalText(b []byte) (err error) {
	*l, err = ParseLSN(string(b))
	return err
}
