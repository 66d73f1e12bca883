package cloudflare

import (
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
)

// draft is a zone's records while they are being changed. Nothing of it is published until all of it is right, so that a
// batch changes everything or nothing.
type draft struct {
	world   *cloud.World
	zone    *cloud.Zone
	records []*cloud.Record
}

func draftOf(w *cloud.World, z *cloud.Zone) *draft {
	return &draft{world: w, zone: z, records: slices.Clone(z.Records)}
}

// publish makes the draft the zone's records. Resolvers find out when what they remember has run out.
func (d *draft) publish() { d.world.Publish(d.zone, d.records) }

// noRecord is Cloudflare's word for a record that it does not have.
var noRecord = problem{status: 404, Code: 81044, Message: "Record does not exist."}

func (d *draft) find(id string) (int, *problem) {
	if i := slices.IndexFunc(d.records, func(r *cloud.Record) bool { return r.ID == id }); i >= 0 {
		return i, nil
	}
	return 0, &noRecord
}

func (d *draft) add(c change) (*cloud.Record, *problem) {
	r := &cloud.Record{ID: d.world.NewID(), TTL: 1, Created: d.world.Now()}
	return d.put(len(d.records), r, c)
}

// edit changes what c says of a record; with whole, what c does not say goes back to its default.
func (d *draft) edit(id string, c change, whole bool) (*cloud.Record, *problem) {
	i, p := d.find(id)
	if p != nil {
		return nil, p
	}
	r := *d.records[i]
	if whole {
		r = cloud.Record{ID: r.ID, Created: r.Created, TTL: 1}
	}
	return d.put(i, &r, c)
}

func (d *draft) remove(id string) (*cloud.Record, *problem) {
	i, p := d.find(id)
	if p != nil {
		return nil, p
	}
	r := d.records[i]
	d.records = slices.Delete(d.records, i, i+1)
	return r, nil
}

// put sets a record at its place, if it may stand beside the others.
func (d *draft) put(i int, r *cloud.Record, c change) (*cloud.Record, *problem) {
	c.onto(r, d.zone.Name)
	r.Modified = d.world.Now()
	if p := wrong(r, d.zone); p != nil {
		return nil, p
	}
	for _, o := range d.records {
		if o.ID == r.ID || !strings.EqualFold(o.Name, r.Name) {
			continue
		}
		if o.Type == r.Type && o.Content == r.Content {
			return nil, &problem{status: 400, Code: 81058, Message: "An identical record already exists."}
		}
		if addressing(o) && addressing(r) && (o.Type == "CNAME" || r.Type == "CNAME") {
			return nil, &problem{status: 400, Code: 81053, Message: "An A, AAAA, or CNAME record with that host already exists."}
		}
	}
	if i == len(d.records) {
		d.records = append(d.records, r)
	} else {
		d.records[i] = r
	}
	return r, nil
}

func addressing(r *cloud.Record) bool { return r.Type == "A" || r.Type == "AAAA" || r.Type == "CNAME" }
