//go:build unix

package tf

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// worded puts words for variables in the place of the test's values.
func (l *lister) worded(p *planned, value any) any {
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		v := p.Variables[name].Value
		if items, isList := v.([]any); isList && len(items) > 0 && reflect.DeepEqual(sorted(v), sorted(value)) {
			return "{=" + name + "}"
		}
	}
	switch value := value.(type) {
	case string:
		return l.word(p, value)
	case []any:
		out := make([]any, len(value))
		for i, e := range value {
			out[i] = l.worded(p, e)
		}
		return sorted(out)
	case map[string]any:
		out := map[string]any{}
		for k, e := range value {
			out[k] = l.worded(p, e)
		}
		return out
	}
	return value
}

// sorted puts a list of words in order: most are sets, in the order of ids that AWS makes up.
func sorted(value any) any {
	list, _ := value.([]any)
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

var estate = regexp.MustCompile(`\bshop\b`)

func (l *lister) word(p *planned, text string) string {
	pairs := slices.Clone(l.words)
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		pairs = append(madeWords(name, p.Variables[name].Value), pairs...)
	}
	text = strings.NewReplacer(longestFirst(pairs)...).Replace(text)
	return estate.ReplaceAllString(text, "{estate}")
}

// madeWords are the made-up values within a variable: ids, ARNs, names that AWS gave.
func madeWords(path string, value any) (pairs []string) {
	switch v := value.(type) {
	case string:
		if made.MatchString(v) {
			return []string{v, "{" + path + "}"}
		}
	case []any:
		for i, e := range v {
			pairs = append(pairs, madeWords(fmt.Sprintf("%s.%d", path, i), e)...)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			pairs = append(pairs, madeWords(path+"."+k, v[k])...)
		}
	}
	return pairs
}

// made is the look of what AWS names: vpc-0123, arn:aws:..., app/shop/50dc6c49, name.elb.amazonaws.com, shop-dr-db.
var made = regexp.MustCompile(`^(arn:|[a-z]+-[0-9a-f]{8,}$|app/|targetgroup/)|amazonaws\.com|-db$|\.db\.`)

func longestFirst(pairs []string) []string {
	var sorted [][2]string
	for i := 0; i < len(pairs); i += 2 {
		sorted = append(sorted, [2]string{pairs[i], pairs[i+1]})
	}
	slices.SortStableFunc(sorted, func(a, b [2]string) int { return len(b[0]) - len(a[0]) })
	var flat []string
	for _, s := range sorted {
		flat = append(flat, s[0], s[1])
	}
	return flat
}
