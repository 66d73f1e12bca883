package ui

import "strings"

// Match says how what was typed so far stands to a phrase. It is for the eye alone: what is accepted is decided by who
// asked. Right is how many runes of typed, the spaces before it among them, go along with the phrase.
type Match struct {
	Right int
	Whole bool // it is the phrase; spaces around it, which a paste brings along, do not matter
	Wrong bool // it is not, and typing on does not make it so
}

// MatchOf compares.
func MatchOf(typed, phrase string) Match {
	t := []rune(typed)
	right := len(t) - len([]rune(strings.TrimLeft(typed, " ")))
	for _, r := range phrase {
		if right == len(t) || t[right] != r {
			break
		}
		right++
	}
	whole := strings.TrimSpace(typed) == phrase
	if whole {
		right = len(t)
	}
	return Match{Right: right, Whole: whole, Wrong: right < len(t)}
}

// Against is Line, with what does not go along with a phrase in Bad.
func (i *Input) Against(phrase string, prompt Line, width int) (l Line, x int) {
	right := MatchOf(i.Value(), phrase).Right
	return i.draw(prompt, width, func(s string, n int) Line {
		runes := []rune(s)
		at := max(0, min(right-n, len(runes)))
		return Cat(B(Text, string(runes[:at])), B(Bad, string(runes[at:])))
	})
}
