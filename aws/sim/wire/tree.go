// Package wire speaks AWS's protocols to any client: JSON 1.0 and 1.1, query with XML answers, REST with XML answers,
// and RPC v2 with CBOR. A request becomes one plain tree of input whatever it came in, and one plain tree of output is
// written as the client expects it. It knows no service.
package wire

import "time"

// Struct is a structure of an answer: its members in order. A nil value is left out.
//
// Values are string, bool, int, int64, float64, time.Time, Struct, *Struct's absence as nil, and List.
type Struct []Field

// Field is a member of a Struct: its name, a string, and its value. (An array, so that a Struct can be written down as
// the plain tree that it is.)
type Field [2]any

func (f Field) name() string { return f[0].(string) }

// List is a list of an answer. Item names its elements in XML; the other protocols do not use it.
type List struct {
	Item   string
	Values []any
}

// Members is a list whose XML elements are called member, as most services have it.
func Members[T any](values []T) List { return Items("member", values) }

// Items is a list whose XML elements are called item.
func Items[T any](item string, values []T) List {
	l := List{Item: item, Values: make([]any, len(values))}
	for i, v := range values {
		l.Values[i] = v
	}
	return l
}

// Each makes a list of structures, one for each value.
func Each[T any](item string, values []T, of func(T) Struct) List {
	l := List{Item: item, Values: make([]any, len(values))}
	for i, v := range values {
		l.Values[i] = of(v)
	}
	return l
}

// When is v, or nothing if it is the zero value.
func When[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// At is t, or nothing if it is the zero time.
func At(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
