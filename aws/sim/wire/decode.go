package wire

import (
	"bytes"
	"encoding/json"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

func (q *Request) decodeJSON(body []byte) *Error {
	if len(bytes.TrimSpace(body)) == 0 {
		q.In = In{}
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&q.In); err != nil {
		return Refuse("SerializationException", "the body is not JSON: %v", err)
	}
	return nil
}

func (q *Request) decodeCBOR(body []byte) *Error {
	if len(body) == 0 {
		q.In = In{}
		return nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return Refuse("SerializationException", "the body is not CBOR: %v", err)
	}
	m, _ := plain(v).(map[string]any)
	q.In = m
	return nil
}

// plain is a CBOR value as an input tree holds it.
func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		m := map[string]any{}
		for k, x := range v {
			m[k] = plain(x)
		}
		return m
	case cbor.List:
		l := make([]any, len(v))
		for i, x := range v {
			l[i] = plain(x)
		}
		return l
	case *cbor.Tag:
		if t, err := cbor.AsTime(v); err == nil {
			return t.UTC()
		}
		return plain(v.Value)
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	}
	if n, err := cbor.AsInt64(v); err == nil {
		return n
	}
	return nil
}

// decodeQuery turns Filters.Filter.1.Name=... into lists and structures.
func (q *Request) decodeQuery(body []byte) *Error {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return Refuse("MalformedQueryString", "%v", err)
	}
	q.Action = form.Get("Action")
	tree := map[string]any{}
	for key, values := range form {
		if key != "Action" && key != "Version" {
			put(tree, strings.Split(key, "."), values[0])
		}
	}
	q.In = In{}
	for name, v := range tree {
		q.In[name] = shaped(v)
	}
	return nil
}

func put(m map[string]any, path []string, value string) {
	for _, word := range path[:len(path)-1] {
		next, ok := m[word].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[word] = next
		}
		m = next
	}
	m[path[len(path)-1]] = value
}

// shaped makes lists of what is numbered: directly, or below the one name that its elements have.
func shaped(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	if l, ok := numbered(m); ok {
		return l
	}
	if len(m) == 1 {
		for _, inner := range m {
			if im, ok := inner.(map[string]any); ok {
				if l, ok := numbered(im); ok {
					return l
				}
			}
		}
	}
	for k, x := range m {
		m[k] = shaped(x)
	}
	return m
}

func numbered(m map[string]any) ([]any, bool) {
	var order []int
	for k := range m {
		n, err := strconv.Atoi(k)
		if err != nil {
			return nil, false
		}
		order = append(order, n)
	}
	sort.Ints(order)
	l := make([]any, len(order))
	for i, n := range order {
		l[i] = shaped(m[strconv.Itoa(n)])
	}
	return l, len(l) > 0
}
