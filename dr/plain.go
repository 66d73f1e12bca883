package dr

import (
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// plain makes text that came from elsewhere harmless on any terminal: control characters (escape sequences begin with
// one), characters that change the direction of writing, and bytes that are no UTF-8 become "·". Clean text is given
// back as it is.
func plain(s string) string {
	if printable(s) {
		return s
	}
	clean := utf8.ValidString(s) && strings.IndexFunc(s, unsafeRune) < 0
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unsafeRune(r):
			return '·'
		}
		return r
	}, strings.ToValidUTF8(s, "·"))
}

// printable says whether s is printable ASCII, as nearly everything is.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// unsafeRune: C0 and C1 controls, and the format characters (bidirectional overrides, zero-width ones).
func unsafeRune(r rune) bool { return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) }

var timeType = reflect.TypeFor[time.Time]()

// plainDoc makes every string of a document harmless. It walks the type, so that no field can be forgotten.
func plainDoc(d Doc) Doc {
	plainValue(reflect.ValueOf(&d).Elem())
	return d
}

func plainValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(plain(v.String()))
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().CanSet() && v.Type().Elem() != timeType {
			plainValue(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			plainValue(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == timeType {
			return
		}
		for i := range v.NumField() {
			plainValue(v.Field(i))
		}
	}
}
