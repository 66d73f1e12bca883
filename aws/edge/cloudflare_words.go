package edge

import (
	"strconv"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/healthchecks"
	"github.com/cloudflare/cloudflare-go/v7/load_balancers"
	"github.com/cloudflare/cloudflare-go/v7/packages/pagination"
	"github.com/cloudflare/cloudflare-go/v7/zones"
)

type (
	zonesPage   = pagination.V4PagePaginationArray[zones.Zone]
	recordsPage = pagination.V4PagePaginationArray[dns.RecordResponse]
	checksPage  = pagination.V4PagePaginationArray[healthchecks.Healthcheck]
	poolsPage   = pagination.SinglePage[load_balancers.Pool]
)

// automatic is the TTL that stands for Cloudflare's own choice.
const automatic = 1

func recordOf(r dns.RecordResponse) Record {
	out := Record{ID: r.ID, Name: r.Name, Type: string(r.Type), Content: r.Content, Proxied: r.Proxied, Ours: r.Comment == Mark}
	if r.TTL != automatic {
		out.TTL = time.Duration(r.TTL) * time.Second
	}
	return out
}

func checkOf(h healthchecks.Healthcheck) HealthCheck {
	out := HealthCheck{ID: h.ID, Name: h.Name, Address: h.Address, Status: string(h.Status), Reason: h.FailureReason, Ours: h.Description == Mark}
	if h.Suspended {
		out.Status = string(healthchecks.HealthcheckStatusSuspended)
	}
	return out
}

// poolOf takes health from the fields that Cloudflare sends and its SDK does not name.
func poolOf(p load_balancers.Pool) Pool {
	out := Pool{ID: p.ID, Name: p.Name, Enabled: p.Enabled, Healthy: truth(p.JSON.ExtraFields["healthy"].Raw())}
	for _, o := range p.Origins {
		out.Origins = append(out.Origins, PoolOrigin{
			Name: o.Name, Address: o.Address, Enabled: o.Enabled, Healthy: truth(o.JSON.ExtraFields["healthy"].Raw()),
		})
	}
	return out
}

// truth is a JSON boolean; nil for anything else.
func truth(raw string) *bool {
	b, err := strconv.ParseBool(raw)
	if err != nil || raw != "true" && raw != "false" {
		return nil
	}
	return &b
}
