package ui

import (
	"math"
	"strings"
)

// Gap stands for a moment that nothing is known of.
var Gap = math.NaN()

var blocks = []rune(" ▁▂▃▄▅▆▇█")

// Spark draws values, oldest first, one a column, over height rows. The top of the highest row is limit: a full block
// has reached it. Heights grow with the square root, so that small values near the ground still differ. Values at half
// the limit and above are in Warn, at the limit and above in Bad; a Gap is a dotted line. Where there are more values
// than columns, the newest are drawn.
func Spark(values []float64, limit float64, width, height int) []Line {
	values = values[max(len(values)-max(width, 0), 0):]
	out := make([]Line, height)
	for row := range out {
		floor := (height - 1 - row) * 8
		out[row] = sparkRow(values, limit, floor, height*8)
	}
	return out
}

// sparkRow draws the eighths above floor, of eighths in all.
func sparkRow(values []float64, limit float64, floor, eighths int) Line {
	var l Line
	for i := 0; i < len(values); {
		role := sparkRole(values[i], limit)
		var run strings.Builder
		for ; i < len(values) && sparkRole(values[i], limit) == role; i++ {
			run.WriteRune(sparkRune(values[i], limit, floor, eighths))
		}
		l = append(l, T(role, run.String())...)
	}
	return l
}

func sparkRole(v, limit float64) Role {
	switch {
	case math.IsNaN(v):
		return Muted
	case v >= limit:
		return Bad
	case v >= limit/2:
		return Warn
	}
	return Accent
}

func sparkRune(v, limit float64, floor, eighths int) rune {
	if math.IsNaN(v) {
		if floor == 0 {
			return '┄'
		}
		return ' '
	}
	share := math.Sqrt(min(max(v, 0)/max(limit, 1e-9), 1))
	height := max(1, int(math.Round(share*float64(eighths)))) // what is there is seen
	return blocks[min(max(height-floor, 0), 8)]
}

// Meter draws how many of all are there: "▰▰▱". Above width cells the marks stand for shares.
func Meter(have, all, width int) string {
	if all <= 0 || width <= 0 {
		return ""
	}
	cells := min(all, width)
	full := min(max(have, 0)*cells/all, cells)
	return strings.Repeat("▰", full) + strings.Repeat("▱", cells-full)
}
