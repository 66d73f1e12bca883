package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// value puts what n says into v and notes where it was said. Every problem is noted and reading goes on, so that one
// run shows them all: this is why the library's own decoder, which stops at the first, is not used.
func (d *document) value(n ast.Node, field string, v reflect.Value) {
	if d.values++; d.values > maxValues {
		return
	}
	switch n := n.(type) {
	case *ast.NullNode:
		delete(d.at, field) // a key without a value is as good as no key
		return
	case *ast.AnchorNode:
		d.value(n.Value, field, v)
		d.anchors[n.Name.GetToken().Value] = n.Value // not before: an anchor cannot hold itself
		return
	case *ast.AliasNode:
		d.alias(n, field, v)
		return
	case *ast.TagNode:
		d.wrong(n, field, "tags are not read here", "write the value alone")
		return
	}
	if _, seen := d.at[field]; !seen {
		d.at[field] = placeOf(n)
	}
	if v.Type() == reflect.TypeFor[Duration]() {
		d.duration(n, field, v)
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		d.anything(n, field, v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, field, v.Elem())
	case reflect.Struct:
		d.structure(n, field, v)
	case reflect.Map:
		d.dictionary(n, field, v)
	case reflect.Slice:
		d.list(n, field, v)
	case reflect.String:
		d.text(n, field, v)
	case reflect.Int:
		d.integer(n, field, v)
	case reflect.Bool:
		d.boolean(n, field, v)
	}
}

// alias is a value that was written and named before. Each use is checked as if it were written there.
func (d *document) alias(n *ast.AliasNode, field string, v reflect.Value) {
	name := n.Value.GetToken().Value
	to, known := d.anchors[name]
	if !known {
		d.wrong(n, field, "there is no anchor "+printable(name)+" before this", "write &"+printable(name)+" where the value first stands")
		return
	}
	d.value(to, field, v)
}

// entry is a key of a mapping with its value.
type entry struct {
	key   ast.Node
	name  string
	value ast.Node
}

// entries are the keys of a mapping in order, without those that are given twice.
func (d *document) entries(n ast.Node, field, want string) []entry {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.wrong(n, field, "is "+kind(n)+", not a mapping", "write "+want)
		return nil
	}
	first := map[string]place{}
	var all []entry
	for it := m.MapRange(); it.Next(); {
		e := entry{key: it.Key(), value: it.Value()}
		if !d.keyName(&e, field) {
			continue
		}
		if at, twice := first[e.name]; twice {
			d.wrong(e.key, join(field, e.name), "is given twice", fmt.Sprintf("it is on line %d already", at.line))
			continue
		}
		first[e.name] = placeOf(e.key)
		all = append(all, e)
	}
	return all
}

// keyName is the key as text; anchors, merges and mappings are no keys here.
func (d *document) keyName(e *entry, field string) bool {
	scalar, ok := e.key.(ast.ScalarNode)
	if _, merge := e.key.(*ast.MergeKeyNode); merge || !ok || e.key.GetToken() == nil {
		d.wrong(e.key, join(field, e.key.String()), "a key must be a plain word", "<< is not read here; write the fields out")
		return false
	}
	e.name = scalar.GetToken().Value
	return true
}

func (d *document) structure(n ast.Node, field string, v reflect.Value) {
	fields := fieldsOf(v.Type())
	for _, e := range d.entries(n, field, "its fields: "+strings.Join(names(v.Type()), ", ")) {
		i, known := fields[e.name]
		if !known {
			d.unknown(e, field, v.Type())
			continue
		}
		d.at[join(field, e.name)] = placeOf(e.key)
		d.value(e.value, join(field, e.name), v.Field(i))
	}
}

func (d *document) dictionary(n ast.Node, field string, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range d.entries(n, field, "name: value, one a line") {
		d.at[join(field, e.name)] = placeOf(e.key)
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(e.value, join(field, e.name), item)
		v.SetMapIndex(reflect.ValueOf(e.name), item)
	}
}

func (d *document) list(n ast.Node, field string, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(n, field, "is "+kind(n)+", not a list", "begin each item with a dash, or write [a, b]")
		return
	}
	items := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		d.value(item, fmt.Sprintf("%s[%d]", field, i), items.Index(i))
	}
	v.Set(items)
}

// text takes any scalar by its own letters, so that 10.4 and true need no quotes where a word is meant.
func (d *document) text(n ast.Node, field string, v reflect.Value) {
	switch n := n.(type) {
	case *ast.StringNode:
		v.SetString(n.Value)
	case *ast.LiteralNode:
		v.SetString(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		v.SetString(n.GetToken().Value)
	default:
		d.wrong(n, field, "is "+kind(n)+", not a word", "write one value")
		return
	}
	d.clean(n, field, v.String())
}

// clean refuses what would move a terminal's cursor. Only a probe's body has more than one line.
func (d *document) clean(n ast.Node, field, s string) {
	if !strings.HasSuffix(field, ".body") && strings.ContainsAny(s, "\n\t") || strings.ContainsFunc(s, harmful) {
		d.wrong(n, field, quote(s)+" holds a control character", "write it as plain text on one line")
	}
	if secretValue().MatchString(s) {
		d.wrong(n, field, "holds a secret, and none belongs in "+FileName, secretRemedy(field))
	}
}

// secretValue knows secrets by their own shape, wherever they stand: AWS access keys and private keys.
var secretValue = lazily(`\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY`)

func harmful(r rune) bool {
	return r != '\n' && r != '\t' && (r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffd')
}

func (d *document) integer(n ast.Node, field string, v reflect.Value) {
	if i, ok := n.(*ast.IntegerNode); ok {
		if x, err := strconv.Atoi(i.GetToken().Value); err == nil {
			v.SetInt(int64(x))
			return
		}
	}
	d.wrong(n, field, "is "+kind(n)+", not a whole number", "write one like 2, without quotes")
}

func (d *document) boolean(n ast.Node, field string, v reflect.Value) {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		d.wrong(n, field, "is "+kind(n)+", neither true nor false", "write true or false, without quotes")
		return
	}
	v.SetBool(b.Value)
}

func (d *document) duration(n ast.Node, field string, v reflect.Value) {
	s, ok := n.(ast.ScalarNode)
	if !ok || s.GetToken() == nil {
		d.wrong(n, field, "is "+kind(n)+", not a duration", "write one like 15s, 5m or 1h30m")
		return
	}
	dur, err := parseDuration(s.GetToken().Value)
	if err != nil {
		message, fix, _ := strings.Cut(err.Error(), "; ")
		d.wrong(n, field, message, fix)
		return
	}
	if dur <= 0 {
		d.wrong(n, field, dur.String()+" is no time to wait", "write more than 0s, or leave the field out")
		return
	}
	v.SetInt(int64(dur))
}

// kind is what a node is, in words.
func kind(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.StringType, ast.LiteralType:
		return "a text"
	case ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType:
		return "the number " + n.GetToken().Value
	case ast.BoolType:
		return n.GetToken().Value
	}
	return "something else"
}

// join is the path of a field within another; name may be a stranger's.
func join(field, name string) string {
	if field == "" {
		return printable(name)
	}
	return field + "." + printable(name)
}
