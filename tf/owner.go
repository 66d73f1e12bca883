package tf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Held is a resource that a state holds.
type Held struct {
	Address string
	Type    string
	IDs     []string // everything that names it: id, ARN, name
}

// ReadState reads a state as it is stored, of our roots and of others: only what names its resources is looked at. One that is of
// another format than Terraform 0.12 and later write is an error.
func ReadState(data []byte) ([]Held, error) {
	var s struct {
		Version   int `json:"version"`
		Resources []struct {
			Module    string `json:"module"`
			Mode      string `json:"mode"`
			Type      string `json:"type"`
			Name      string `json:"name"`
			Instances []struct {
				Key        any            `json:"index_key"`
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if s.Version != 4 {
		return nil, fmt.Errorf("it is of the format %d, and only 4 (Terraform 0.12 and later) can be read", s.Version)
	}
	var list []Held
	for _, r := range s.Resources {
		if r.Mode != "managed" {
			continue
		}
		for _, i := range r.Instances {
			h := Held{Address: r.Type + "." + r.Name + keyWords(i.Key), Type: r.Type}
			if r.Module != "" {
				h.Address = r.Module + "." + h.Address
			}
			for _, name := range []string{"id", "arn", "identifier", "name", "registry_id"} {
				if v, ok := i.Attributes[name].(string); ok && v != "" && !slices.Contains(h.IDs, v) {
					h.IDs = append(h.IDs, v)
				}
			}
			list = append(list, h)
		}
	}
	return list, nil
}

func keyWords(key any) string {
	switch k := key.(type) {
	case string:
		return "[" + strconv.Quote(k) + "]"
	case float64:
		return "[" + strconv.Itoa(int(k)) + "]"
	}
	return ""
}

// HolderOf is the address of a resource in a state; "" where the state does not hold it.
func HolderOf(list []Held, kind, id string) string {
	for _, h := range list {
		if h.Type == kind && slices.Contains(h.IDs, id) {
			return h.Address
		}
	}
	return ""
}
