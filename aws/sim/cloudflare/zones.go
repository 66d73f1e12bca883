package cloudflare

import (
	"net/http"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
)

func verifyToken(*cloud.World, *http.Request) (any, *problem) {
	return map[string]any{"id": "51a0c0ffee51a0c0ffee51a0c0ffee51", "status": "active"}, nil
}

type zoneJSON struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Status      string    `json:"status"`
	Type        string    `json:"type"`
	Paused      bool      `json:"paused"`
	NameServers []string  `json:"name_servers"`
	Account     named     `json:"account"`
	Plan        named     `json:"plan"`
	CreatedOn   time.Time `json:"created_on"`
	ModifiedOn  time.Time `json:"modified_on"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func zoneOf(z *cloud.Zone) zoneJSON {
	out := zoneJSON{
		ID: z.ID, Name: z.Name, Status: "active", Type: "full",
		NameServers: []string{"sim-one.ns.cloudflare.com", "sim-two.ns.cloudflare.com"},
		Account:     named{ID: z.Account, Name: "SIMULATED"},
		Plan:        named{ID: "20000000000000000000000000000000", Name: "Pro Website"},
	}
	for _, r := range z.Records {
		if out.CreatedOn.IsZero() || r.Created.Before(out.CreatedOn) {
			out.CreatedOn = r.Created
		}
		if r.Modified.After(out.ModifiedOn) {
			out.ModifiedOn = r.Modified
		}
	}
	return out
}

func listZones(w *cloud.World, r *http.Request) (any, *problem) {
	list := []any{}
	for _, z := range w.Zones {
		if name := r.URL.Query().Get("name"); name == "" || strings.EqualFold(name, z.Name) {
			list = append(list, zoneOf(z))
		}
	}
	return list, nil
}

func getZone(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := zone(w, r)
	if p != nil {
		return nil, p
	}
	return zoneOf(z), nil
}

// zone is the zone that the path names.
func zone(w *cloud.World, r *http.Request) (*cloud.Zone, *problem) {
	for _, z := range w.Zones {
		if z.ID == r.PathValue("zone") {
			return z, nil
		}
	}
	return nil, &problem{status: 403, Code: 9109, Message: "Unauthorized to access requested resource"}
}
