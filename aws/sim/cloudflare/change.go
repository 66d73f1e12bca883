package cloudflare

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
)

// change is what a client says of a record. What it leaves out is nil.
type change struct {
	ID      string    `json:"id"` // in a batch
	Type    *string   `json:"type"`
	Name    *string   `json:"name"`
	Content *string   `json:"content"`
	TTL     *int      `json:"ttl"`
	Proxied *bool     `json:"proxied"`
	Comment *string   `json:"comment"`
	Tags    *[]string `json:"tags"`
}

// onto sets a record to what the change says. Names may leave out the zone's own.
func (c change) onto(r *cloud.Record, zone string) {
	for _, set := range []struct{ to, from *string }{{&r.Type, c.Type}, {&r.Name, c.Name}, {&r.Content, c.Content}, {&r.Comment, c.Comment}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if c.TTL != nil {
		r.TTL = *c.TTL
	}
	if c.Tags != nil {
		r.Tags = *c.Tags
	}
	if c.Proxied != nil {
		r.Proxied = *c.Proxied
	}
	r.Name = strings.ToLower(strings.TrimSuffix(r.Name, "."))
	switch {
	case r.Name == "@":
		r.Name = zone
	case r.Name != "" && r.Name != zone && !strings.HasSuffix(r.Name, "."+zone):
		r.Name += "." + zone
	}
	if r.Proxied {
		r.TTL = 1
	}
}

// wrong is why Cloudflare does not take a record; nil where it does.
func wrong(r *cloud.Record, z *cloud.Zone) *problem {
	invalid := func(code int, message string) *problem { return &problem{status: 400, Code: code, Message: message} }
	switch {
	case r.Name == "":
		return invalid(9000, "DNS name is invalid.")
	case !slices.Contains([]string{"A", "AAAA", "CNAME", "TXT", "MX", "NS"}, r.Type):
		return invalid(9004, "Invalid DNS record type: \""+r.Type+"\"")
	case r.TTL != 1 && (r.TTL < 60 || r.TTL > 86400):
		return invalid(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")
	case r.Type == "A" && net.ParseIP(r.Content).To4() == nil:
		return invalid(9005, "Content for A record must be a valid IPv4 address.")
	case r.Type == "AAAA" && (net.ParseIP(r.Content) == nil || net.ParseIP(r.Content).To4() != nil):
		return invalid(9006, "Content for AAAA record must be a valid IPv6 address.")
	case r.Type == "CNAME" && (!strings.Contains(strings.Trim(r.Content, "."), ".") || net.ParseIP(r.Content) != nil):
		return invalid(9007, "Content for CNAME record is invalid.")
	case r.Type == "CNAME" && strings.EqualFold(r.Content, r.Name):
		return invalid(9039, "CNAME record cannot reference itself.")
	case r.Content == "":
		return invalid(9020, "DNS record content is required.")
	}
	return nil
}

// read takes a request's body into v.
func read(r *http.Request, v any) *problem {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		return &problem{status: 400, Code: 9207, Message: "Request body is invalid: " + err.Error()}
	}
	return nil
}

// changing is an operation on a draft of the zone's records, which is published if it comes to no problem.
func changing(do func(d *draft, r *http.Request) (any, *problem)) operation {
	return func(w *cloud.World, r *http.Request) (any, *problem) {
		z, p := zone(w, r)
		if p != nil {
			return nil, p
		}
		d := draftOf(w, z)
		result, p := do(d, r)
		if p != nil {
			return nil, p
		}
		d.publish()
		return result, nil
	}
}

// one answers with the record that a change came to.
func one(r *cloud.Record, p *problem) (any, *problem) {
	if p != nil {
		return nil, p
	}
	return recordOf(r), nil
}

func createRecord(d *draft, r *http.Request) (any, *problem) {
	var c change
	if p := read(r, &c); p != nil {
		return nil, p
	}
	return one(d.add(c))
}

// editRecord is PATCH, which changes what is said, and PUT, which sets the whole.
func editRecord(d *draft, r *http.Request) (any, *problem) {
	var c change
	if p := read(r, &c); p != nil {
		return nil, p
	}
	return one(d.edit(r.PathValue("record"), c, r.Method == http.MethodPut))
}

func deleteRecord(d *draft, r *http.Request) (any, *problem) {
	gone, p := d.remove(r.PathValue("record"))
	if p != nil {
		return nil, p
	}
	return map[string]any{"id": gone.ID}, nil
}

// batch is what a client sends to change many records at once.
type batch struct {
	Deletes []change `json:"deletes"`
	Patches []change `json:"patches"`
	Puts    []change `json:"puts"`
	Posts   []change `json:"posts"`
}

// batchRecords does all or nothing, in Cloudflare's order: deletes, patches, puts, posts.
func batchRecords(d *draft, r *http.Request) (any, *problem) {
	var b batch
	if p := read(r, &b); p != nil {
		return nil, p
	}
	result := map[string][]any{"deletes": {}, "patches": {}, "puts": {}, "posts": {}}
	for _, part := range []struct {
		name    string
		changes []change
		do      func(c change) (*cloud.Record, *problem)
	}{
		{"deletes", b.Deletes, func(c change) (*cloud.Record, *problem) { return d.remove(c.ID) }},
		{"patches", b.Patches, func(c change) (*cloud.Record, *problem) { return d.edit(c.ID, c, false) }},
		{"puts", b.Puts, func(c change) (*cloud.Record, *problem) { return d.edit(c.ID, c, true) }},
		{"posts", b.Posts, d.add},
	} {
		for _, c := range part.changes {
			record, p := part.do(c)
			if p != nil {
				return nil, p
			}
			result[part.name] = append(result[part.name], recordOf(record))
		}
	}
	return result, nil
}
