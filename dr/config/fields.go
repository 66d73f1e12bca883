package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// fieldsOf gives the index of each field of a struct by its name in the file.
func fieldsOf(t reflect.Type) map[string]int {
	m := map[string]int{}
	for i := range t.NumField() {
		if name := yamlName(t.Field(i)); name != "" {
			m[name] = i
		}
	}
	return m
}

// names are the fields of a struct in the order of its declaration.
func names(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		if name := yamlName(t.Field(i)); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// yamlName is the field's name in the file, "" for fields that are not in it.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}

// homes says where in the file each field name belongs: rpo -> objectives.
var homes = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	collectHomes(reflect.TypeFor[Config](), "", m)
	return m
})

func collectHomes(t reflect.Type, path string, m map[string][]string) {
	switch t.Kind() {
	case reflect.Pointer:
		collectHomes(t.Elem(), path, m)
	case reflect.Slice:
		collectHomes(t.Elem(), path+"[]", m)
	case reflect.Struct:
		for i := range t.NumField() {
			name := yamlName(t.Field(i))
			if name == "" {
				continue
			}
			m[name] = append(m[name], join(path, name))
			collectHomes(t.Field(i).Type, join(path, name), m)
		}
	}
}

// unknown notes a field that lifeboat.yaml does not have, and what may have been meant.
func (d *document) unknown(e entry, field string, t reflect.Type) {
	full := join(field, e.name)
	if looksSecret(e.name) {
		d.wrong(e.key, full, "looks like a secret, and none belongs in "+FileName, secretRemedy(field))
		return
	}
	near := nearest(e.name, names(t))
	if near != "" {
		d.told[join(field, near)] = true // that it is missing needs no second word
		d.wrong(e.key, full, "there is no such field", "did you mean "+near+"?")
		return
	}
	d.wrong(e.key, full, "there is no such field", belongs(e.name, names(t)))
}

// belongs is where a field that is not known here may go.
func belongs(name string, here []string) string {
	if places := homes()[name]; len(places) > 0 {
		return name + " belongs at " + strings.Join(places[:min(len(places), 3)], ", ")
	}
	return "here can be " + strings.Join(here, ", ")
}

// nearest is the one of words that name was probably meant to be: at most a third of its letters differ. "" for none.
func nearest(name string, words []string) string {
	best, at := "", max(1, len(name)/3)+1
	for _, w := range words {
		if n := distance(strings.ToLower(name), w); n < at {
			best, at = w, n
		}
	}
	return best
}

// distance is how many letters must be changed, added, left out or swapped with their neighbour to make b of a
// (optimal string alignment, in bytes).
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

var secretWords = lazily(`(?i)pass(word|wd|phrase)?$|pwd$|token$|secret$|secret_?key|(access|private|api|auth)_?-?key|credential`)

// looksSecret says whether a name that is no field of ours is what people call a secret.
func looksSecret(name string) bool { return secretWords().MatchString(name) }

// lazily is an expression that is compiled when it is first needed: a start pays for none.
func lazily(re string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(re) })
}

// secretRemedy is where the secret that stood at field is taken from instead.
func secretRemedy(field string) string {
	const change = "remove it, and change it: it has been in a file"
	switch {
	case strings.HasSuffix(field, ".connection"):
		return change + ". The password comes from the environment variable that password_env names, or from ~/.pgpass"
	case strings.HasSuffix(field, "cloudflare"):
		return change + ". The token comes from CLOUDFLARE_API_TOKEN, or the variable that token_env names"
	}
	return change + ". Credentials come from an AWS profile (profile:) or the usual environment variables"
}

// printable is a stranger's field name as it may be shown.
func printable(name string) string {
	if len(name) > 60 || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= 0x20 || r >= 0x7f }) {
		return quote(name)
	}
	return name
}

// oneOf is "a, b or c".
func oneOf[S ~string](words ...S) string {
	if len(words) == 1 {
		return string(words[0])
	}
	last := len(words) - 1
	parts := make([]string, last)
	for i := range last {
		parts[i] = string(words[i])
	}
	return fmt.Sprintf("%s or %s", strings.Join(parts, ", "), words[last])
}

// duplicate gives the index of the first item of list that was there before, and where.
func duplicate[T comparable](list []T) (index, first int, found bool) {
	for i, v := range list {
		if j := slices.Index(list[:i], v); j >= 0 {
			return i, j, true
		}
	}
	return 0, 0, false
}
