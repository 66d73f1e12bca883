package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Setting is a value for a field of lifeboat.yaml. A field of a list's mapping is not named alone: the whole list is the value.
type Setting struct {
	Field []string // regions, standby, clusters
	Value any      // as YAML has it; nil takes the field away
}

// Edit writes values into a lifeboat.yaml and leaves the rest as it stands, comments and blank lines too: what is replaced is the
// field's own lines. A config that could not be read afterwards is not written: the error is an Errors. The file is replaced whole.
func Edit(path string, settings ...Setting) error {
	before, err := readFile(path)
	if err != nil {
		return fmt.Errorf("could not read the config: %w", err)
	}
	text := string(before)
	for _, s := range settings {
		if text, err = edited(text, s); err != nil {
			return fmt.Errorf("%s: %s could not be written: %w", path, strings.Join(s.Field, "."), err)
		}
	}
	if text == string(before) {
		return nil
	}
	if _, err := Parse(path, []byte(text)); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := replace(path, []byte(text)); err != nil {
		return err
	}
	return os.Chmod(path, info.Mode().Perm())
}

// edited is a config's text with one value written into it.
func edited(text string, s Setting) (string, error) {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return "", err
	}
	if len(file.Docs) != 1 {
		return "", errors.New("it is not one document")
	}
	root, ok := file.Docs[0].Body.(ast.MapNode)
	if !ok {
		return "", errors.New("it is no mapping")
	}
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n"
	}
	return splice(lines, root, s)
}

// splice goes down as far as block mappings lead, and replaces the lines of the key that it ends at, or adds it.
func splice(lines []string, at ast.MapNode, s Setting) (string, error) {
	for depth := 0; ; depth++ {
		key, value := entryOf(at, s.Field[depth])
		rest := s.Field[depth+1:]
		if key == nil {
			return inserted(lines, at, s.Field[depth], nest(nil, rest, s.Value))
		}
		if next, block := blockMapping(value); block && len(rest) > 0 {
			at = next
			continue
		}
		var now any
		if len(rest) > 0 && value.Type() != ast.NullType {
			if err := yaml.NodeToValue(value, &now); err != nil {
				return "", err
			}
		}
		return replaced(lines, key, s.Field[depth], nest(now, rest, s.Value))
	}
}

func entryOf(m ast.MapNode, name string) (key, value ast.Node) {
	for it := m.MapRange(); it.Next(); {
		if it.Key().GetToken().Value == name {
			return it.Key(), it.Value()
		}
	}
	return nil, nil
}

// blockMapping says whether a node is a mapping with a key a line.
func blockMapping(n ast.Node) (ast.MapNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n, !n.IsFlowStyle
	case *ast.MappingValueNode:
		return n, true
	}
	return nil, false
}

// nest puts a value below what is there.
func nest(now any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	m, _ := now.(map[string]any)
	if m == nil {
		m = map[string]any{}
	}
	m[path[0]] = nest(m[path[0]], path[1:], value)
	if m[path[0]] == nil {
		delete(m, path[0])
	}
	return m
}

// replaced are the lines with those of a key written anew.
func replaced(lines []string, key ast.Node, name string, value any) (string, error) {
	p := key.GetToken().Position
	from, indent := p.Line-1, p.Column-1
	to := blockEnd(lines, from, indent)
	written, err := rendered(name, value, indent)
	if err != nil {
		return "", err
	}
	if len(written) > 0 {
		written[0] = keepComment(lines[from], written[0])
	}
	return strings.Join(slices.Concat(lines[:from], written, lines[to:]), ""), nil
}

// keepComment keeps what was remarked at the end of a line.
func keepComment(was, now string) string {
	i := strings.LastIndex(was, " #")
	if i < 0 || strings.Count(was[i:], `"`)%2 == 1 || strings.Count(was[i:], `'`)%2 == 1 {
		return now
	}
	return strings.TrimSuffix(now, "\n") + " " + strings.TrimLeft(was[i:], " ")
}

// blockEnd is the first line after those of the key at from. Blank lines and comments before the next key belong to that.
func blockEnd(lines []string, from, indent int) int {
	end := from + 1
	for i := from + 1; i < len(lines); i++ {
		text := strings.TrimRight(lines[i], " \t\r\n")
		trimmed := strings.TrimLeft(text, " ")
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		deep := len(text) - len(trimmed)
		if deep < indent || deep == indent && !strings.HasPrefix(trimmed, "- ") && trimmed != "-" {
			break
		}
		end = i + 1
	}
	return end
}

// inserted are the lines with a key added at the end of a mapping.
func inserted(lines []string, at ast.MapNode, name string, value any) (string, error) {
	var last *struct{ line, column int }
	for it := at.MapRange(); it.Next(); {
		p := it.Key().GetToken().Position
		last = &struct{ line, column int }{p.Line, p.Column}
	}
	if last == nil {
		return "", errors.New("the mapping that it belongs to is empty")
	}
	written, err := rendered(name, value, last.column-1)
	if err != nil {
		return "", err
	}
	to := blockEnd(lines, last.line-1, last.column-1)
	return strings.Join(slices.Concat(lines[:to], written, lines[to:]), ""), nil
}

// rendered is a key with its value as lines, none for nil.
func rendered(name string, value any, indent int) ([]string, error) {
	if value == nil {
		return nil, nil
	}
	text, err := yaml.MarshalWithOptions(map[string]any{name: value}, yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, line := range strings.SplitAfter(strings.TrimRight(string(text), "\n")+"\n", "\n") {
		if line != "" {
			out = append(out, strings.Repeat(" ", indent)+line)
		}
	}
	return out, nil
}
