package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// What is larger or nested deeper than any estate's config is another file. The YAML parser's time and memory grow
// with the square of both, so it never sees one.
const (
	maxSize  = 256 << 10
	maxDepth = 32
	// maxValues bounds what aliases can make of a small file.
	maxValues = 100_000
)

// Load reads, checks and completes the config at path, and looks whether the files that it names are there. Relative
// paths in it are relative to its own directory, and absolute in what Load gives. The error is an Errors with every
// problem in it, or one of the file system's.
func Load(path string) (*Config, error) {
	c, _, err := Inspect(path)
	return c, err
}

// Inspect is Load, and gives what is doubtful but not wrong too.
func Inspect(path string) (c *Config, warnings []Problem, err error) {
	data, err := readFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("could not read the config: %w", err)
	}
	d := read(path, data)
	if d.config != nil {
		d.checkFiles(filepath.Dir(path))
	}
	if len(d.problems) > 0 {
		return nil, nil, Errors(sorted(d.problems))
	}
	d.config.Path = path
	d.config.Defaults()
	return d.config, sorted(d.warnings), nil
}

// Parse reads, checks and completes a config without looking at any file; name is what problems call it. The error is
// an Errors.
func Parse(name string, data []byte) (*Config, error) {
	d := read(name, data)
	if len(d.problems) > 0 {
		return nil, Errors(sorted(d.problems))
	}
	d.config.Path = name
	d.config.Defaults()
	return d.config, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

// document is a config being read: what it says, where it says so, and what is wrong with it.
type document struct {
	file     string
	config   *Config          // nil where there is nothing to check
	at       map[string]place // of every field that is given
	told     map[string]bool  // fields that a problem has been noted for
	anchors  map[string]ast.Node
	values   int // how many were read
	problems []Problem
	warnings []Problem
}

// place is where in the file a field is; the zero place is no place.
type place struct{ line, column int }

func read(name string, data []byte) *document {
	d := &document{file: name, at: map[string]place{}, told: map[string]bool{}, anchors: map[string]ast.Node{}}
	if root := d.parse(data); root != nil {
		d.config = &Config{}
		d.value(root, "", reflect.ValueOf(d.config).Elem())
		if d.values > maxValues {
			d.problems = []Problem{{File: name, Message: "says too much", Fix: "this is not a " + FileName}}
			return d
		}
		d.check()
	}
	return d
}

// parse is the syntax alone: one mapping, or nil and a problem.
func (d *document) parse(data []byte) (root ast.Node) {
	if len(data) > maxSize {
		d.problems = append(d.problems, Problem{File: d.file, Message: "is larger than 256 KiB", Fix: "this is not a " + FileName})
		return nil
	}
	if !utf8.Valid(data) {
		d.problems = append(d.problems, Problem{File: d.file, Message: "is not UTF-8 text", Fix: "save it as UTF-8"})
		return nil
	}
	// The parser is young and the file is a stranger's: what it cannot stand is a file that cannot be read.
	defer func() {
		if p := recover(); p != nil {
			root = nil
			d.problems = append(d.problems, Problem{File: d.file, Message: harmless(fmt.Sprintf("cannot be read as YAML (%v)", p))})
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if tk := tooDeep(tokens); tk != nil {
		d.problems = append(d.problems, Problem{File: d.file, Line: tk.Position.Line, Column: tk.Position.Column,
			Message: "is nested too deeply", Fix: "this is not a " + FileName})
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.problems = append(d.problems, d.syntax(err))
		return nil
	}
	return d.single(file)
}

// tooDeep is the first token that opens a list or mapping too deep within others on its line; nil where there is none.
// Blocks nest by indentation, so that the size alone bounds them.
func tooDeep(tokens token.Tokens) *token.Token {
	flow, dashes, line := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			line, dashes = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow = max(0, flow-1)
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if flow+dashes > maxDepth {
			return tk
		}
	}
	return nil
}

func (d *document) syntax(err error) Problem {
	p := Problem{File: d.file, Message: "is not valid YAML: " + harmless(err.Error())}
	var e yaml.Error
	if errors.As(err, &e) {
		p.Message = "is not valid YAML: " + harmless(strings.TrimSpace(e.GetMessage()))
		if tk := e.GetToken(); tk != nil && tk.Position != nil {
			p.Line, p.Column = tk.Position.Line, tk.Position.Column
		}
	}
	return p
}

// harmless is text from the file, or about it, without what would move a terminal's cursor.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if harmful(r) || r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, s)
}

// single is the one document of the file.
func (d *document) single(file *ast.File) ast.Node {
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			d.wrong(doc.Body, "", "is a second document in one file", "keep one estate a file")
			return nil
		}
		body = doc.Body
	}
	if body == nil || body.Type() == ast.NullType {
		d.problems = append(d.problems, Problem{File: d.file, Message: "is empty",
			Fix: "`lifeboat config example` prints one to start from"})
		return nil
	}
	return body
}

// wrong notes a problem at a node.
func (d *document) wrong(n ast.Node, field, message, fix string) {
	at := placeOf(n)
	d.told[field] = true
	d.problems = append(d.problems, Problem{File: d.file, Line: at.line, Column: at.column, Field: field, Message: message, Fix: fix})
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		n = m.Values[0].Key // a block mapping's own token is a colon
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return place{}
	}
	p := n.GetToken().Position
	return place{p.Line, p.Column}
}
