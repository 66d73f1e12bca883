package config

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// anything takes a value whose shape is not ours to know: text, number, true or false, list or mapping, as JSON has them.
func (d *document) anything(n ast.Node, field string, v reflect.Value) {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		to := reflect.New(reflect.TypeFor[map[string]any]()).Elem()
		d.dictionary(n, field, to)
		v.Set(to)
	case *ast.SequenceNode:
		to := reflect.New(reflect.TypeFor[[]any]()).Elem()
		d.list(n, field, to)
		v.Set(to)
	case *ast.BoolNode:
		v.Set(reflect.ValueOf(n.Value))
	case *ast.IntegerNode:
		if x, err := strconv.Atoi(n.GetToken().Value); err == nil {
			v.Set(reflect.ValueOf(x))
			return
		}
		d.wrong(n, field, "is "+kind(n)+", not a whole number that can be kept", "write it in quotes, or a smaller one")
	case *ast.FloatNode:
		v.Set(reflect.ValueOf(n.Value))
	case *ast.StringNode, *ast.LiteralNode:
		to := reflect.New(reflect.TypeFor[string]()).Elem()
		d.text(n, field, to)
		v.Set(to)
	default:
		d.wrong(n, field, fmt.Sprintf("is %s, and cannot be read here", kind(n)), "write text, a number, true, false, a list or a mapping")
	}
}
