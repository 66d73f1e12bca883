package edge

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// oracle is CloudFront's pattern as a regular expression.
func oracle(pattern, path string) bool {
	if pattern != "" && pattern[0] != '/' && pattern[0] != '*' {
		path = strings.TrimPrefix(path, "/")
	}
	var re strings.Builder
	for _, b := range []byte(pattern) {
		switch b {
		case '*':
			re.WriteString(`(?s:.*)`)
		case '?':
			re.WriteString(`(?s:.)`)
		default:
			re.WriteString(regexp.QuoteMeta(string(rune(b))))
		}
	}
	return regexp.MustCompile(`\A` + re.String() + `\z`).MatchString(latin(path))
}

// latin makes a rune of each byte, since patterns match bytes.
func latin(s string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		out.WriteRune(rune(b))
	}
	return out.String()
}

func TestABehaviorIsChosenAsCloudFrontChooses(t *testing.T) {
	d := Distribution{Behaviors: []Behavior{{Path: "/api/admin/*"}, {Path: "/api/*"}, {Path: "images/*.jp?g"}, {Path: "*.css"}, {Path: "*"}}}
	for path, want := range map[string]string{
		"/api/health": "/api/*", "/api/": "/api/*", "/api": "*", "/API/health": "*", "/api/admin/x": "/api/admin/*",
		"/images/a/b.jpeg": "images/*.jp?g", "/images/a.jpg": "*", "/site/main.css": "*.css", "/": "*",
	} {
		if b, ok := d.BehaviorFor(path); !ok || b.Path != want {
			t.Errorf("%s matches %q, want %q", path, b.Path, want)
		}
	}
	if _, ok := (Distribution{}).BehaviorFor("/"); ok {
		t.Error("a distribution without behaviours matched")
	}
}

func FuzzAPatternMatchesWhatARegularExpressionWould(f *testing.F) {
	for _, seed := range [][2]string{
		{"/api/*", "/api/health"}, {"*", ""}, {"", ""}, {"images/?", "/images/a"}, {"**a*?", "/xxaxay"}, {"a*b*c", "/abcbc"}, {"?", "/"}, {"/", "/"}, {"\xff*", "/\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if len(pattern) > 200 || len(path) > 2000 {
			t.Skip()
		}
		if got, want := matches(pattern, path), oracle(pattern, path); got != want {
			t.Errorf("matches(%q, %q) = %t, want %t", pattern, path, got, want)
		}
	})
}

func TestAPatternOfManyStarsIsQuick(t *testing.T) {
	done := make(chan bool, 1)
	go func() { done <- matches(strings.Repeat("*a", 200)+"b", strings.Repeat("a", 5000)) }()
	select {
	case got := <-done:
		if got {
			t.Error("it matched")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the matcher takes exponential time")
	}
}

func FuzzAFieldIsFoundWhereItWasPut(f *testing.F) {
	f.Add("environment", "dr", []byte(`{`))
	f.Add("site.name", "\x1b[2J", []byte(`[{"site":1}]`))
	f.Add("..", "", []byte("\xff"))
	f.Fuzz(func(t *testing.T, path, value string, junk []byte) {
		_ = field(object(junk), path) // whatever came must do no harm
		if !utf8.ValidString(path) || !utf8.ValidString(value) {
			t.Skip()
		}
		var nested any = value
		parts := strings.Split(path, ".")
		for _, name := range slices.Backward(parts) {
			nested = map[string]any{name: nested}
		}
		body, err := json.Marshal(nested)
		if err != nil {
			t.Fatal(err)
		}
		if got := field(object(body), path); got != value {
			t.Errorf("%s at %q is %q, want %q", body, path, got, value)
		}
		if got := field(object(body), path+".more"); got != "" {
			t.Errorf("%s at %q is %q, want nothing", body, path+".more", got)
		}
	})
}
