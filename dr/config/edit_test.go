package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestAnEditWritesItsFieldAndLeavesTheRestAsItStands(t *testing.T) {
	const before = `# my estate
a: 1 # one
b:
  # about c
  c: {x: 1, y: [1, 2]}

  d: # listed
    - p: 1
      q: 2
  # the end of b

# about e
e: "text"
f:
`
	for name, c := range map[string]struct {
		s    Setting
		want string // of before, what becomes what
	}{
		"a scalar":              {Setting{[]string{"a"}, 2}, "a: 1 # one|a: 2 # one"},
		"into a flow mapping":   {Setting{[]string{"b", "c", "x"}, "z"}, "  c: {x: 1, y: [1, 2]}|  c:\n    x: z\n    \"y\":\n      - 1\n      - 2"},
		"a list":                {Setting{[]string{"b", "d"}, []any{"k"}}, "  d: # listed\n    - p: 1\n      q: 2|  d: # listed\n    - k"},
		"a new key in a block":  {Setting{[]string{"b", "g", "h"}, true}, "      q: 2\n|      q: 2\n  g:\n    h: true\n"},
		"a new key at the end":  {Setting{[]string{"z"}, "#1"}, "f:\n|f:\nz: \"#1\"\n"},
		"below an empty key":    {Setting{[]string{"f", "g"}, 1}, "f:\n|f:\n  g: 1\n"},
		"away with one":         {Setting{[]string{"e"}, nil}, "e: \"text\"\n|"},
		"what is no mapping":    {Setting{[]string{"e", "x"}, 1}, "e: \"text\"|e:\n  x: 1"},
		"away with what is not": {Setting{[]string{"b", "nothing"}, nil}, "|"},
	} {
		got, err := edited(before, c.s)
		was, now, _ := strings.Cut(c.want, "|")
		if want := strings.Replace(before, was, now, 1); err != nil || got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
	}
	if got, err := edited("a: 1", Setting{[]string{"b"}, 2}); err != nil || got != "a: 1\nb: 2\n" {
		t.Errorf("without an end of line: %q, %v", got, err)
	}
}

func TestAnEditedConfigIsReadAgainOrNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, []byte(Example()), 0o640); err != nil {
		t.Fatal(err)
	}
	err := Edit(path, Setting{[]string{"terraform", "inputs", "domains"}, []any{"a.example", "b.example"}},
		Setting{[]string{"terraform", "primary"}, "ours"}, Setting{[]string{"edge", "distribution"}, "E2QWRUHAPOMQZL"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil || c.Terraform.Primary != Ours || c.Edge.Distribution != "E2QWRUHAPOMQZL" || !reflect.DeepEqual(c.Terraform.Inputs["domains"], []any{"a.example", "b.example"}) {
		t.Errorf("%+v, %v", c, err)
	}
	text, _ := os.ReadFile(path)
	for _, line := range strings.Split(Example(), "\n") {
		if strings.Contains(line, "#") && !strings.Contains(string(text), line) && !strings.Contains(line, "distribution") {
			t.Errorf("this is gone: %s", line)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("it is %s now", info.Mode())
	}
	if err := Edit(path, Setting{[]string{"strategy"}, "hot"}); err == nil || !strings.Contains(err.Error(), "not known here") {
		t.Errorf("what cannot be read is written: %v", err)
	}
	if now, _ := os.ReadFile(path); string(now) != string(text) {
		t.Error("a refused edit changed the file")
	}
}
