package edge

import (
	"context"
	"fmt"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/dns"

	"lifeboat/aws/fault"
)

// batch points records elsewhere in one request. What a patch does not say (comment, tags, settings) Cloudflare keeps;
// the name, the type, the TTL and the proxied state, which its API wants said, are said as they are.
func (c *cloudflare) batch(ctx context.Context, zone string, records []pointed) error {
	var p dns.RecordBatchParams
	p.ZoneID.Value, p.ZoneID.Present = zone, true
	p.Patches.Present = true
	for _, r := range records {
		p.Patches.Value = append(p.Patches.Value, patchOf(r))
	}
	service := dns.NewRecordService(c.options...)
	answer, err := one(ctx, c, askBatch, func(ctx context.Context) (*dns.RecordBatchResponse, error) { return service.Batch(ctx, p) })
	if err != nil {
		return err
	}
	return c.confirmed(answer, records)
}

// patchOf is a record with new content in Cloudflare's words. All types of records are said alike.
func patchOf(r pointed) dns.BatchPatchUnionParam {
	var p dns.BatchPatchCNAMERecordParam
	p.ID.Value, p.ID.Present = r.ID, true
	p.Name.Value, p.Name.Present = r.Name, true
	p.Type.Value, p.Type.Present = dns.CNAMERecordType(r.Type), true
	p.Content.Value, p.Content.Present = r.to, true
	p.Proxied.Value, p.Proxied.Present = r.Proxied, true
	p.TTL.Value, p.TTL.Present = automatic, true
	if r.TTL != 0 {
		p.TTL.Value = dns.TTL(r.TTL / time.Second)
	}
	return p
}

// confirmed fails where the answer to a batch does not show what was asked for.
func (c *cloudflare) confirmed(answer *dns.RecordBatchResponse, records []pointed) error {
	now := map[string]string{}
	for _, r := range answer.Patches {
		now[r.ID] = r.Content
	}
	for _, r := range records {
		if plain(now[r.ID]) != plain(r.to) {
			return c.fault(askBatch, fault.Unreadable, fmt.Errorf("the answer does not show %s as it was to be", r.Name))
		}
	}
	return nil
}
