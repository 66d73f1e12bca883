package cloudflare

import (
	"net/http"
	"time"

	"lifeboat/aws/sim/cloud"
)

type checkJSON struct {
	ID                   string         `json:"id"`
	Name                 string         `json:"name"`
	Address              string         `json:"address"`
	Type                 string         `json:"type"`
	Description          string         `json:"description"`
	Status               string         `json:"status"`
	FailureReason        string         `json:"failure_reason"`
	Suspended            bool           `json:"suspended"`
	Interval             int            `json:"interval"`
	Timeout              int            `json:"timeout"`
	Retries              int            `json:"retries"`
	ConsecutiveFails     int            `json:"consecutive_fails"`
	ConsecutiveSuccesses int            `json:"consecutive_successes"`
	HTTP                 map[string]any `json:"http_config"`
	CreatedOn            time.Time      `json:"created_on"`
	ModifiedOn           time.Time      `json:"modified_on"`
}

func checkOf(w *cloud.World, h *cloud.HealthCheck) checkJSON {
	status, reason := w.CheckStatus(h)
	return checkJSON{
		ID: h.ID, Name: h.Name, Address: h.Address, Type: h.Type, Description: h.Description, Status: status, FailureReason: reason,
		Interval: h.Interval, Timeout: 5, Retries: 2, ConsecutiveFails: 1, ConsecutiveSuccesses: 1,
		HTTP: map[string]any{
			"method": "GET", "port": 443, "path": h.Path, "expected_codes": []string{"200"}, "expected_body": "",
			"follow_redirects": false, "allow_insecure": false, "header": map[string][]string{"Host": {h.Host}},
		},
		CreatedOn: h.Created, ModifiedOn: h.Created,
	}
}

func listHealthchecks(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := checked(w, r)
	if p != nil {
		return nil, p
	}
	list := []any{}
	for _, h := range z.HealthChecks {
		list = append(list, checkOf(w, h))
	}
	return list, nil
}

func getHealthcheck(w *cloud.World, r *http.Request) (any, *problem) {
	z, p := zone(w, r)
	if p != nil {
		return nil, p
	}
	for _, h := range z.HealthChecks {
		if h.ID == r.PathValue("check") {
			return checkOf(w, h), nil
		}
	}
	return nil, &noCheck
}

// What Cloudflare says where there is no such check, and where the plan has none or no more.
var (
	noCheck   = problem{status: 404, Code: 1002, Message: "healthcheck not found"}
	noChecks  = problem{status: 403, Code: 1002, Message: "health checks disabled for zone: not entitled"}
	allChecks = problem{status: 400, Code: 1002, Message: "maximum number of health checks for this zone reached"}
)

// checked is the zone of a request, where its plan has health checks.
func checked(w *cloud.World, r *http.Request) (*cloud.Zone, *problem) {
	z, p := zone(w, r)
	if p == nil && z.MostChecks < 0 {
		p = &noChecks
	}
	return z, p
}
