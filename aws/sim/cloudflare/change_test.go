package cloudflare

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cloudflare/cloudflare-go/v7/dns"

	"lifeboat/aws/sim/cloud"
)

// zoned is the reference zone through Cloudflare's own client.
type zoned struct {
	*cloud.Cloud
	*dns.RecordService
	id string
}

func newZoned(t *testing.T) *zoned {
	c := cloud.Reference(cloud.Options{})
	o := client(c, "token")
	id, _ := zoneID(t, o)
	return &zoned{Cloud: c, RecordService: dns.NewRecordService(o...), id: id}
}

// record finds one of the zone's by the first part of its name.
func (z *zoned) record(name string) (found cloud.Record) {
	z.Locked(func(w *cloud.World) {
		for _, r := range w.Zones[0].Records {
			if r.Name == name+".davidshaevel.com" {
				found = *r
			}
		}
	})
	return found
}

// state is every record of the zone, by name.
func (z *zoned) state() string {
	var all []string
	z.Locked(func(w *cloud.World) {
		for _, r := range w.Zones[0].Records {
			all = append(all, fmt.Sprintf("%s %s %s %d %t", r.Name, r.Type, r.Content, r.TTL, r.Proxied))
		}
	})
	return strings.Join(all, "\n")
}

// cname is a record as a client sends it.
func cname(name, content string, ttl int) (p dns.CNAMERecordParam) {
	p.Name.Value, p.Name.Present = name, true
	p.Content.Value, p.Content.Present = content, true
	p.TTL.Value, p.TTL.Present = dns.TTL(ttl), true
	p.Type.Value, p.Type.Present = dns.CNAMERecordTypeCNAME, true
	return p
}

func (z *zoned) edit(id string, body dns.CNAMERecordParam) error {
	q := dns.RecordEditParams{Body: body}
	q.ZoneID.Value, q.ZoneID.Present = z.id, true
	_, err := z.Edit(context.Background(), id, q)
	return err
}

func (z *zoned) batch(deletes []string, patches []dns.BatchPatchUnionParam, posts []dns.RecordBatchParamsPostUnion) (*dns.RecordBatchResponse, error) {
	var q dns.RecordBatchParams
	q.ZoneID.Value, q.ZoneID.Present = z.id, true
	for _, id := range deletes {
		var d dns.RecordBatchParamsDelete
		d.ID.Value, d.ID.Present = id, true
		q.Deletes.Value = append(q.Deletes.Value, d)
	}
	q.Deletes.Present = deletes != nil
	q.Patches.Value, q.Patches.Present = patches, patches != nil
	q.Posts.Value, q.Posts.Present = posts, posts != nil
	return z.Batch(context.Background(), q)
}

func patch(id string, body dns.CNAMERecordParam) dns.BatchPatchUnionParam {
	p := dns.BatchPatchCNAMERecordParam{CNAMERecordParam: body}
	p.ID.Value, p.ID.Present = id, true
	return p
}

func TestOneRecordIsMadeChangedReplacedAndDeleted(t *testing.T) {
	z := newZoned(t)
	made := dns.RecordNewParams{Body: cname("blog", "example.net", 300)}
	made.ZoneID.Value, made.ZoneID.Present = z.id, true
	r, err := z.New(t.Context(), made)
	if err != nil || r.Name != "blog.davidshaevel.com" || r.Content != "example.net" {
		t.Fatalf("made: %+v, %v", r, err)
	}
	if err := z.edit(r.ID, cname("blog.davidshaevel.com", "example.org", 300)); err != nil {
		t.Fatal(err)
	}
	if now := z.record("blog"); now.Content != "example.org" || now.ID != r.ID || now.TTL != 300 {
		t.Errorf("changed: %+v", now)
	}
	body := cname("blog", "example.com", 60)
	put := dns.RecordUpdateParams{Body: body}
	put.ZoneID.Value, put.ZoneID.Present = z.id, true
	if _, err := z.Update(t.Context(), r.ID, put); err != nil {
		t.Fatal(err)
	}
	if now := z.record("blog"); now.Content != "example.com" || now.TTL != 60 || now.Created.IsZero() {
		t.Errorf("replaced: %+v", now)
	}
	var gone dns.RecordDeleteParams
	gone.ZoneID.Value, gone.ZoneID.Present = z.id, true
	if _, err := z.Delete(t.Context(), r.ID, gone); err != nil {
		t.Fatal(err)
	}
	if now := z.record("blog"); now.ID != "" {
		t.Errorf("deleted: %+v", now)
	}
	if _, err := z.Delete(t.Context(), r.ID, gone); err == nil || !strings.Contains(err.Error(), "81044") {
		t.Errorf("deleted again: %v", err)
	}
}

func TestABatchMovesEveryNameAtOnceAndTheUsersWithThem(t *testing.T) {
	z := newZoned(t)
	var away string
	z.Locked(func(w *cloud.World) { away = w.Region("us-west-2").Balancers[0].DNSName })
	origin, grafana := z.record("origin"), z.record("grafana")
	out, err := z.batch(nil, []dns.BatchPatchUnionParam{
		patch(origin.ID, cname(origin.Name, away, 60)), patch(grafana.ID, cname(grafana.Name, away, 60)),
	}, nil)
	if err != nil || len(out.Patches) != 2 || out.Patches[0].Content != away {
		t.Fatalf("%+v, %v", out, err)
	}
	z.Locked(func(w *cloud.World) {
		for _, name := range []string{"origin.davidshaevel.com", "grafana.davidshaevel.com"} {
			if b := w.Leads(name); b == nil || b.DNSName != away {
				t.Errorf("%s leads to %+v", name, b)
			}
		}
	})
	if now := z.record("origin"); now.Created != origin.Created || now.Modified == origin.Modified || now.ID != origin.ID {
		t.Errorf("it was %+v and is %+v", origin, now)
	}
}

func TestABatchWithOneWrongPartChangesNothing(t *testing.T) {
	z := newZoned(t)
	before, origin, grafana := z.state(), z.record("origin"), z.record("grafana")
	right := patch(origin.ID, cname(origin.Name, "example.net", 60))
	for name, x := range map[string]struct {
		code    string
		deletes []string
		patches []dns.BatchPatchUnionParam
		posts   []dns.RecordBatchParamsPostUnion
	}{
		"a record that is not there": {"81044", nil, []dns.BatchPatchUnionParam{right, patch("nothing", cname("a", "b.net", 60))}, nil},
		"a deletion of nothing":      {"81044", []string{grafana.ID, "nothing"}, []dns.BatchPatchUnionParam{right}, nil},
		"a short TTL":                {"9021", nil, []dns.BatchPatchUnionParam{right, patch(grafana.ID, cname(grafana.Name, "example.net", 5))}, nil},
		"no name":                    {"9007", nil, []dns.BatchPatchUnionParam{right, patch(grafana.ID, cname(grafana.Name, "N/A", 60))}, nil},
		"a name that is taken":       {"81053", nil, []dns.BatchPatchUnionParam{right}, []dns.RecordBatchParamsPostUnion{cname("www", "example.net", 60)}},
		"one that leads to itself":   {"9039", nil, []dns.BatchPatchUnionParam{patch(origin.ID, cname(origin.Name, origin.Name, 60))}, nil},
	} {
		if _, err := z.batch(x.deletes, x.patches, x.posts); err == nil || !strings.Contains(err.Error(), x.code) {
			t.Errorf("%s: %v", name, err)
		}
		if after := z.state(); after != before {
			t.Errorf("%s: the zone was\n%s\nand is\n%s", name, before, after)
		}
	}
}

func TestABatchDeletesBeforeItAdds(t *testing.T) {
	z := newZoned(t)
	www := z.record("www")
	if _, err := z.batch([]string{www.ID}, nil, []dns.RecordBatchParamsPostUnion{cname("www", "example.net", 60)}); err != nil {
		t.Fatal(err)
	}
	if now := z.record("www"); now.Content != "example.net" || now.ID == www.ID {
		t.Errorf("it is %+v", now)
	}
}

func TestAPatchLeavesWhatItDoesNotSay(t *testing.T) {
	z := newZoned(t)
	before := z.record("origin")
	z.Locked(func(w *cloud.World) {
		for _, r := range w.Zones[0].Records {
			r.Comment, r.Tags = "mind", []string{"team:web"}
		}
	})
	if _, err := z.batch(nil, []dns.BatchPatchUnionParam{patch(before.ID, cname(before.Name, "example.net", 60))}, nil); err != nil {
		t.Fatal(err)
	}
	var one dns.RecordGetParams
	one.ZoneID.Value, one.ZoneID.Present = z.id, true
	read, err := z.Get(t.Context(), before.ID, one)
	if err != nil || read.Content != "example.net" || read.Comment != "mind" || fmt.Sprint(read.Tags) != "[team:web]" {
		t.Errorf("it is %+v, %v", read, err)
	}
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	z := newZoned(t)
	origin := z.record("origin")
	if err := z.Do("break-call", "cloudflare", "EditRecord", "AccessDenied"); err != nil {
		t.Fatal(err)
	}
	if err := z.edit(origin.ID, cname(origin.Name, "example.net", 60)); err == nil || z.record("origin").Content != origin.Content {
		t.Errorf("a refused change: %v, %+v", err, z.record("origin"))
	}
	if err := z.Do("restore"); err != nil {
		t.Fatal(err)
	}
	if err := z.edit(origin.ID, cname(origin.Name, "example.net", 60)); err != nil || z.record("origin").Content != "example.net" {
		t.Errorf("after restore: %v, %+v", err, z.record("origin"))
	}
}
