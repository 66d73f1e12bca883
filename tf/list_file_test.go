//go:build unix

package tf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
)

// text is the list with a line for each resource, so that a change of it can be read.
func (l *lister) text() ([]byte, error) {
	var b bytes.Buffer
	line := func(indent string, v any, comma bool) error {
		b.WriteString(indent)
		text, err := json.Marshal(v)
		b.Write(text)
		if comma {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		return err
	}
	fmt.Fprintf(&b, "{\n\"terraform\": %q,\n\"provider\": %q,\n\"unknown\": {\n", l.list.Terraform, l.list.Provider)
	types := slices.Sorted(maps.Keys(l.list.Unknown))
	for i, kind := range types {
		fmt.Fprintf(&b, "%q: ", kind)
		if err := line("", l.list.Unknown[kind], i < len(types)-1); err != nil {
			return nil, err
		}
	}
	b.WriteString("},\n\"roots\": {\n")
	names := slices.Sorted(maps.Keys(l.list.Roots))
	for i, name := range names {
		root := l.list.Roots[name]
		fmt.Fprintf(&b, "%q: {\"region\": %q, \"outputs\": ", name, root.Region)
		if err := line("", root.Outputs, true); err != nil {
			return nil, err
		}
		b.WriteString("\"variables\": [\n")
		for n, v := range root.Variables {
			if err := line("  ", v, n < len(root.Variables)-1); err != nil {
				return nil, err
			}
		}
		b.WriteString("],\n\"resources\": [\n")
		for n, r := range root.Resources {
			if err := line("  ", r, n < len(root.Resources)-1); err != nil {
				return nil, err
			}
		}
		b.WriteString("]}")
		if i < len(names)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n}\n")
	return b.Bytes(), nil
}

// compared holds the list against the file, or writes the file. strategies says whether all of them were planned: else only
// what warm standby has is compared.
func (l *lister) compared(t *testing.T, strategies bool) {
	t.Helper()
	text, err := l.text()
	if err != nil {
		t.Fatal(err)
	}
	if *update && strategies {
		if err := os.WriteFile(listFile, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(listFile)
	if err != nil {
		t.Fatal(err)
	}
	have, want := resourcesIn(t, written, strategies), resourcesIn(t, text, strategies)
	for _, line := range slices.Sorted(maps.Keys(want)) {
		if !have[line] {
			t.Errorf("%s has no %s; LIFEBOAT_E2E=full go test ./tf -run EveryRoot -timeout 60m -update writes it anew", listFile, line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(have)) {
		if !want[line] {
			t.Errorf("%s has %s, and a real plan has not", listFile, line)
		}
	}
}

// resourcesIn are the lines of a list: each root's outputs, variables and resources. Without strategies they are those of
// warm standby, whatever the others have.
func resourcesIn(t *testing.T, text []byte, strategies bool) map[string]bool {
	t.Helper()
	var list listed
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	line := func(root string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines[root+" "+string(text)] = true
	}
	for name, root := range list.Roots {
		line(name, root.Outputs)
		for _, v := range root.Variables {
			line(name, v)
		}
		for _, r := range root.Resources {
			if !strategies {
				if r.In != nil && !slices.Contains(r.In, "warm-standby") {
					continue
				}
				r.In = nil
			}
			line(name, r)
		}
	}
	return lines
}
