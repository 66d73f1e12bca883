package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// In is a structure of a request: maps, lists and scalars under their names. The query protocol brings all scalars as
// text, so they are read by the type that is wanted. A member that is absent or of another type reads as the zero value.
type In map[string]any

// Has says whether the member was given.
func (in In) Has(name string) bool { return in[name] != nil }

// String is a member's text.
func (in In) String(name string) string { return text(in[name]) }

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil, map[string]any, []any:
		return ""
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

// Int is a member's whole number, or otherwise if it was not given.
func (in In) Int(name string, otherwise int) int {
	n, err := strconv.ParseFloat(in.String(name), 64)
	if err != nil {
		return otherwise
	}
	return int(n)
}

// Float is a member's number, or otherwise if it was not given.
func (in In) Float(name string, otherwise float64) float64 {
	n, err := strconv.ParseFloat(in.String(name), 64)
	if err != nil {
		return otherwise
	}
	return n
}

// Bool is a member's truth, or otherwise if it was not given.
func (in In) Bool(name string, otherwise bool) bool {
	b, err := strconv.ParseBool(in.String(name))
	if err != nil {
		return otherwise
	}
	return b
}

// Time is a member's moment: seconds since 1970, or in the form of RFC 3339.
func (in In) Time(name string) time.Time {
	if t, ok := in[name].(time.Time); ok {
		return t
	}
	s := in.String(name)
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		return time.UnixMilli(int64(seconds * 1000)).UTC()
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(form, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// In is a member that is a structure.
func (in In) In(name string) In {
	m, _ := in[name].(map[string]any)
	return m
}

// List is a member's structures.
func (in In) List(name string) []In {
	var all []In
	for _, v := range in.values(name) {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// Strings are a member's texts.
func (in In) Strings(name string) []string {
	var all []string
	for _, v := range in.values(name) {
		all = append(all, text(v))
	}
	return all
}

// values are a member's elements. In XML they stand below the member under one name of their own, which is a list only
// where there are several.
func (in In) values(name string) []any {
	switch v := in[name].(type) {
	case []any:
		return v
	case map[string]any:
		for _, inner := range v {
			if l, ok := inner.([]any); ok && len(v) == 1 {
				return l
			}
			if len(v) == 1 {
				return []any{inner}
			}
		}
	}
	return nil
}

// Lists says whether a list of texts holds a word, whatever its case.
func (in In) Lists(name, word string) bool {
	for _, s := range in.Strings(name) {
		if strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}
