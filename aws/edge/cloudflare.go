package edge

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/healthchecks"
	"github.com/cloudflare/cloudflare-go/v7/load_balancers"
	"github.com/cloudflare/cloudflare-go/v7/zones"

	"lifeboat/aws/fault"
)

// zoneReading is what Cloudflare says of the zone: all of its address records, of which Zone shows the estate's.
type zoneReading struct {
	zone    Zone
	records []Record
}

// zone reads the zone by its name, and then its parts side by side. Health checks and pools fail alone, keeping what prev had.
func (r *Reader) zone(ctx context.Context, prev Zone) (zoneReading, error) {
	c, err := r.cloudflare()
	if err != nil {
		return zoneReading{}, err
	}
	defer c.close()
	id, account, err := c.find(ctx)
	if err != nil {
		return zoneReading{}, err
	}
	read := zoneReading{zone: Zone{Name: r.spec.Zone}}
	var all sync.WaitGroup
	all.Go(fault.Caught(func() {
		found, err := c.checks(ctx, id)
		read.zone.Checks = tried(prev.Checks, found, err, r.spec.Now())
	}))
	all.Go(fault.Caught(func() {
		found, err := c.pools(ctx, account)
		read.zone.Pools = tried(prev.Pools, found, err, r.spec.Now())
	}))
	read.records, err = c.records(ctx, id)
	all.Wait()
	return read, err
}

// find is the zone's id and its account's.
func (c *cloudflare) find(ctx context.Context) (id, account string, err error) {
	var p zones.ZoneListParams
	p.Name.Value, p.Name.Present = c.zone, true
	page, err := one(ctx, c, askZones, func(ctx context.Context) (*zonesPage, error) { return zones.NewZoneService(c.options...).List(ctx, p) })
	if err != nil {
		return "", "", err
	}
	for _, z := range page.Result {
		if plain(z.Name) == plain(c.zone) {
			return z.ID, z.Account.ID, nil
		}
	}
	return "", "", c.fault(askZones, fault.NotFound, errors.New("the token sees no zone of this name"))
}

// records are the zone's records that lead to addresses or names.
func (c *cloudflare) records(ctx context.Context, id string) ([]Record, error) {
	var p dns.RecordListParams
	p.ZoneID.Value, p.ZoneID.Present = id, true
	p.PerPage.Value, p.PerPage.Present = recordsAPage, true
	service := dns.NewRecordService(c.options...)
	all, err := pages(ctx, c, askRecords, func(ctx context.Context, n float64) (*recordsPage, error) {
		p.Page.Value, p.Page.Present = n, true
		return service.List(ctx, p)
	})
	var list []Record
	for _, found := range all {
		if record := recordOf(found); slices.Contains([]string{"A", "AAAA", "CNAME"}, record.Type) {
			list = append(list, record)
		}
	}
	return list, err
}

// firstRecords are the first few of the zone's records, of any type.
func (c *cloudflare) firstRecords(ctx context.Context, id string) (*recordsPage, error) {
	var p dns.RecordListParams
	p.ZoneID.Value, p.ZoneID.Present = id, true
	p.PerPage.Value, p.PerPage.Present = 5, true
	return one(ctx, c, askRecords, func(ctx context.Context) (*recordsPage, error) {
		return dns.NewRecordService(c.options...).List(ctx, p)
	})
}

// checks are the zone's health checks.
func (c *cloudflare) checks(ctx context.Context, id string) ([]HealthCheck, error) {
	var p healthchecks.HealthcheckListParams
	p.ZoneID.Value, p.ZoneID.Present = id, true
	p.PerPage.Value, p.PerPage.Present = checksAPage, true
	service := healthchecks.NewHealthcheckService(c.options...)
	all, err := pages(ctx, c, askChecks, func(ctx context.Context, n float64) (*checksPage, error) {
		p.Page.Value, p.Page.Present = n, true
		return service.List(ctx, p)
	})
	list := make([]HealthCheck, 0, len(all))
	for _, found := range all {
		list = append(list, checkOf(found))
	}
	return list, err
}

// pools are the account's load-balancing pools.
func (c *cloudflare) pools(ctx context.Context, account string) ([]Pool, error) {
	if account == "" {
		return nil, c.fault(askPools, fault.Unreadable, errors.New("the zone does not say which account it is in"))
	}
	var p load_balancers.PoolListParams
	p.AccountID.Value, p.AccountID.Present = account, true
	page, err := one(ctx, c, askPools, func(ctx context.Context) (*poolsPage, error) {
		return load_balancers.NewPoolService(c.options...).List(ctx, p)
	})
	if err != nil {
		return nil, err
	}
	list := make([]Pool, 0, len(page.Result))
	for _, found := range page.Result {
		list = append(list, poolOf(found))
	}
	return list, nil
}
