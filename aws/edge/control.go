package edge

import (
	"context"
	"sync"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// Control reads the distribution (cloudfront:GetDistribution) and the zone (Cloudflare's API), side by side. Each fails
// alone; what is not configured fails as fault.NotConfigured. Every request has a deadline: Spec.CloudFront.CallTimeout,
// and Spec.Timeout for Cloudflare's. The regions that origins and records lead to are told by Spec.BalancerNames, by the
// zone's own records, and by the region that AWS writes into a balancer's name.
func (r *Reader) Control(ctx context.Context, prev Control) Control {
	var d Distribution
	var z zoneReading
	var dErr, zErr error
	var both sync.WaitGroup
	both.Go(fault.Caught(func() { d, dErr = r.distribution(ctx) }))
	both.Go(fault.Caught(func() { z, zErr = r.zone(ctx, prev.Zone.Value) }))
	both.Wait()

	records, domain := z.records, d.Domain
	if zErr != nil {
		records = prev.Zone.Value.Records
	}
	if dErr != nil {
		domain = prev.Distribution.Value.Domain
	}
	s := r.signposts(records)
	s.mark(d.Origins)
	return Control{
		Distribution: tried(prev.Distribution, d, dErr, r.spec.Now()),
		Zone:         r.zonePart(prev.Zone, z, zErr, s, domain),
	}
}

// zonePart shows of a reading what belongs to the estate.
func (r *Reader) zonePart(prev aws.Part[Zone], read zoneReading, err error, s signposts, domain string) aws.Part[Zone] {
	read.zone.Records = r.estate(read.records, s, domain)
	return tried(prev, read.zone, err, r.spec.Now())
}
