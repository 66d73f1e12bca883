package cloudflare

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
)

type recordJSON struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Content    string         `json:"content"`
	TTL        int            `json:"ttl"`
	Proxied    bool           `json:"proxied"`
	Proxiable  bool           `json:"proxiable"`
	Comment    *string        `json:"comment"`
	Tags       []string       `json:"tags"`
	Settings   map[string]any `json:"settings"`
	Meta       map[string]any `json:"meta"`
	CreatedOn  time.Time      `json:"created_on"`
	ModifiedOn time.Time      `json:"modified_on"`
}

func recordOf(r *cloud.Record) recordJSON {
	out := recordJSON{
		ID: r.ID, Name: r.Name, Type: r.Type, Content: r.Content, TTL: r.TTL, Proxied: r.Proxied,
		Proxiable: r.Type == "A" || r.Type == "AAAA" || r.Type == "CNAME",
		Tags:      append([]string{}, r.Tags...), Settings: map[string]any{}, Meta: map[string]any{},
		CreatedOn: r.Created, ModifiedOn: r.Modified,
	}
	if r.Comment != "" {
		out.Comment = &r.Comment
	}
	return out
}

func listRecords(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := zone(w, r)
	if p != nil {
		return nil, p
	}
	list := []any{}
	for _, record := range z.Records {
		if wanted(record, r.URL.Query()) {
			list = append(list, recordOf(record))
		}
	}
	return list, nil
}

// wanted says whether a record passes the filters that the client gave: all must hold.
func wanted(r *cloud.Record, q url.Values) bool {
	name := strings.ToLower(r.Name)
	for filter, holds := range map[string]func(string) bool{
		"name":            func(v string) bool { return name == v },
		"name.exact":      func(v string) bool { return name == v },
		"name.contains":   func(v string) bool { return strings.Contains(name, v) },
		"name.startswith": func(v string) bool { return strings.HasPrefix(name, v) },
		"name.endswith":   func(v string) bool { return strings.HasSuffix(name, v) },
		"type":            func(v string) bool { return strings.EqualFold(r.Type, v) },
		"content":         func(v string) bool { return strings.EqualFold(r.Content, v) },
		"content.exact":   func(v string) bool { return strings.EqualFold(r.Content, v) },
	} {
		if v := q.Get(filter); v != "" && !holds(strings.ToLower(v)) {
			return false
		}
	}
	return true
}

func getRecord(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := zone(w, r)
	if p != nil {
		return nil, p
	}
	for _, record := range z.Records {
		if record.ID == r.PathValue("record") {
			return recordOf(record), nil
		}
	}
	return nil, &noRecord
}
