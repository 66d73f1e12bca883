package edge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/dns"

	"lifeboat/aws/fault"
)

// batch points records elsewhere in one request.
func (c *cloudflare) batch(ctx context.Context, zone string, records []pointed) error {
	return c.send(ctx, zone, bundle{patches: records})
}

// send makes the changes of a bundle in one request. What a patch does not say (comment, tags, settings) Cloudflare keeps;
// the name, the type, the TTL and the proxied state, which its API wants said, are said as they are.
func (c *cloudflare) send(ctx context.Context, zone string, b bundle) error {
	var p dns.RecordBatchParams
	p.ZoneID.Value, p.ZoneID.Present = zone, true
	for _, r := range b.deletes {
		var d dns.RecordBatchParamsDelete
		d.ID.Value, d.ID.Present = r.ID, true
		p.Deletes.Value = append(p.Deletes.Value, d)
	}
	for _, r := range b.patches {
		p.Patches.Value = append(p.Patches.Value, patchOf(r))
	}
	for _, r := range b.posts {
		p.Posts.Value = append(p.Posts.Value, postOf(r))
	}
	p.Deletes.Present, p.Patches.Present, p.Posts.Present = len(b.deletes) > 0, len(b.patches) > 0, len(b.posts) > 0
	service := dns.NewRecordService(c.options...)
	answer, err := one(ctx, c, askBatch, func(ctx context.Context) (*dns.RecordBatchResponse, error) { return service.Batch(ctx, p) })
	if err != nil {
		return err
	}
	return c.confirmed(answer, b)
}

// patchOf is a record with new content in Cloudflare's words. All types of records are said alike.
func patchOf(r pointed) dns.BatchPatchUnionParam {
	p := dns.BatchPatchCNAMERecordParam{CNAMERecordParam: recordParam(r.Name, r.Type, r.to, r.TTL, r.Proxied)}
	p.ID.Value, p.ID.Present = r.ID, true
	return p
}

// postOf is a record that is to be made, in Cloudflare's words.
func postOf(r RecordSpec) dns.RecordBatchParamsPostUnion {
	p := recordParam(r.Name, r.Type, r.Content, r.TTL, r.Proxied)
	p.Comment.Value, p.Comment.Present = Mark, true
	return p
}

func recordParam(name, kind, content string, ttl time.Duration, proxied bool) (p dns.CNAMERecordParam) {
	p.Name.Value, p.Name.Present = name, true
	p.Type.Value, p.Type.Present = dns.CNAMERecordType(kind), true
	p.Content.Value, p.Content.Present = content, true
	p.Proxied.Value, p.Proxied.Present = proxied, true
	p.TTL.Value, p.TTL.Present = automatic, true
	if ttl != 0 {
		p.TTL.Value = dns.TTL(ttl / time.Second)
	}
	return p
}

// confirmed fails where the answer to a batch does not show what was asked for.
func (c *cloudflare) confirmed(answer *dns.RecordBatchResponse, b bundle) error {
	missing := func(name string) error {
		return c.fault(askBatch, fault.Unreadable, fmt.Errorf("the answer does not show %s as it was to be", name))
	}
	for _, r := range b.patches {
		if !slices.ContainsFunc(answer.Patches, func(a dns.RecordResponse) bool { return a.ID == r.ID && plain(a.Content) == plain(r.to) }) {
			return missing(r.Name)
		}
	}
	for _, r := range b.posts {
		if !slices.ContainsFunc(answer.Posts, func(a dns.RecordResponse) bool {
			return sameName(a.Name, r.Name) && plain(a.Content) == plain(r.Content)
		}) {
			return missing(r.Name)
		}
	}
	for _, r := range b.deletes {
		if !slices.ContainsFunc(answer.Deletes, func(a dns.RecordResponse) bool { return a.ID == r.ID }) {
			return missing(r.Name)
		}
	}
	return nil
}
