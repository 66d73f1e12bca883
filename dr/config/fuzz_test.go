package config

import (
	"bytes"
	"reflect"
	"testing"
)

// Whatever the file holds, reading it ends without a panic; and what reads is written and read back the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{small, Example(), "", "a: b", "version: 1\nestate: [", "- - -", "a: &x {b: *x}", "regions: {primary: {clusters: &c [{name: a}], balancers: *c}}", "? a\n: b", "a: |\n b", "---\n...\n---\n", "\xff\xfe"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("lifeboat.yaml", data)
		if err != nil {
			if bytes.ContainsAny([]byte(err.Error()), "\x1b\x07\x00") {
				t.Errorf("the message holds control characters: %q", err)
			}
			return
		}
		text, err := Marshal(c)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Parse("lifeboat.yaml", text)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, text)
		}
		if !reflect.DeepEqual(c, again) {
			t.Errorf("read\n%+v\nthen\n%+v\nfrom\n%s", c, again, text)
		}
	})
}
