package cloudflare

import (
	"net/http"
	"time"

	"lifeboat/aws/sim/cloud"
)

// notBought is what Cloudflare says where the plan has no load balancing.
var notBought = problem{status: 403, Code: 1002, Message: "load balancing not enabled for this account or zone: not entitled"}

type poolJSON struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Enabled   bool         `json:"enabled"`
	Minimum   int          `json:"minimum_origins"`
	Origins   []originJSON `json:"origins"`
	CreatedOn time.Time    `json:"created_on"`
}

type originJSON struct {
	Name    string  `json:"name"`
	Address string  `json:"address"`
	Enabled bool    `json:"enabled"`
	Weight  float64 `json:"weight"`
}

func poolOf(p *cloud.Pool) poolJSON {
	out := poolJSON{ID: p.ID, Name: p.Name, Enabled: p.Enabled, Minimum: 1, Origins: []originJSON{}, CreatedOn: p.Created}
	for _, o := range p.Origins {
		out.Origins = append(out.Origins, originJSON(o))
	}
	return out
}

// pools are those of the account that the path names.
func pools(w *cloud.World, r *http.Request) ([]*cloud.Pool, *problem) {
	for _, z := range w.Zones {
		if z.Account == r.PathValue("account") && len(z.Pools) > 0 {
			return z.Pools, nil
		}
	}
	return nil, &notBought
}

func listPools(w *cloud.World, r *http.Request) (any, *problem) {
	all, p := pools(w, r)
	if p != nil {
		return nil, p
	}
	list := []any{}
	for _, pool := range all {
		list = append(list, poolOf(pool))
	}
	return list, nil
}

func getPool(w *cloud.World, r *http.Request) (any, *problem) {
	all, p := pools(w, r)
	if p != nil {
		return nil, p
	}
	for _, pool := range all {
		if pool.ID == r.PathValue("pool") {
			return poolOf(pool), nil
		}
	}
	return nil, &problem{status: 404, Code: 1001, Message: "pool not found"}
}

// listMonitors: the model's pools have no monitors.
func listMonitors(w *cloud.World, r *http.Request) (any, *problem) {
	if _, p := pools(w, r); p != nil {
		return nil, p
	}
	return []any{}, nil
}

// listLoadBalancers: the model has pools at most, and nothing that steers by them.
func listLoadBalancers(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := zone(w, r)
	if p != nil {
		return nil, p
	}
	if len(z.Pools) == 0 {
		return nil, &notBought
	}
	return []any{}, nil
}
