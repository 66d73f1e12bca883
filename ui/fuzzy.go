package ui

import (
	"strings"
	"unicode"
)

// Fuzzy says how well typed letters match a text: all of them must occur in their order. Higher is better: runs of
// letters and beginnings of words count more than scattered ones. Case does not matter.
func Fuzzy(typed, text string) (score int, ok bool) {
	letters := []rune(strings.ToLower(typed))
	run, before := 0, ' '
	for i, r := range strings.ToLower(text) {
		if len(letters) == 0 {
			break
		}
		if letters[0] == ' ' && r != ' ' { // a space typed is the end of a word, not a letter of the text
			letters = skipSpaces(letters)
			if len(letters) == 0 {
				break
			}
		}
		if r != letters[0] {
			run, before = 0, r
			continue
		}
		run++
		score += run * 2
		if !unicode.IsLetter(before) {
			score += 6
		}
		score -= min(i, 10) / 5
		letters, before = letters[1:], r
	}
	return score, len(skipSpaces(letters)) == 0
}

func skipSpaces(r []rune) []rune {
	for len(r) > 0 && r[0] == ' ' {
		r = r[1:]
	}
	return r
}
