// Package cloudflare answers the part of Cloudflare's v4 API that Lifeboat uses, from the simulator's model.
package cloudflare

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/spoil"
)

// Prefix is where Cloudflare's API begins, on its own host as on the simulator's.
const Prefix = "/client/v4"

// problem is one of Cloudflare's errors.
type problem struct {
	status  int    // HTTP
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// operation answers one request from the model: a single object, or a []any that the handler cuts into pages. It runs
// inside the model's lock.
type operation func(w *cloud.World, r *http.Request) (any, *problem)

// route is one operation of the API. Action is its name for the director, who can break it.
type route struct {
	pattern string // as http.ServeMux takes it, below Prefix
	action  string
	do      operation
}

// routes is all that is answered.
var routes = []route{
	{"GET /user/tokens/verify", "VerifyToken", verifyToken},
	{"GET /zones", "ListZones", listZones},
	{"GET /zones/{zone}", "GetZone", getZone},
	{"GET /zones/{zone}/dns_records", "ListRecords", listRecords},
	{"GET /zones/{zone}/dns_records/{record}", "GetRecord", getRecord},
	{"POST /zones/{zone}/dns_records", "CreateRecord", changing(createRecord)},
	{"PATCH /zones/{zone}/dns_records/{record}", "EditRecord", changing(editRecord)},
	{"PUT /zones/{zone}/dns_records/{record}", "UpdateRecord", changing(editRecord)},
	{"DELETE /zones/{zone}/dns_records/{record}", "DeleteRecord", changing(deleteRecord)},
	{"POST /zones/{zone}/dns_records/batch", "BatchRecords", changing(batchRecords)},
	{"GET /zones/{zone}/healthchecks", "ListHealthchecks", listHealthchecks},
	{"GET /zones/{zone}/healthchecks/{check}", "GetHealthcheck", getHealthcheck},
	{"POST /zones/{zone}/healthchecks", "CreateHealthcheck", createHealthcheck},
	{"PATCH /zones/{zone}/healthchecks/{check}", "EditHealthcheck", editHealthcheck},
	{"PUT /zones/{zone}/healthchecks/{check}", "UpdateHealthcheck", editHealthcheck},
	{"DELETE /zones/{zone}/healthchecks/{check}", "DeleteHealthcheck", deleteHealthcheck},
	{"GET /zones/{zone}/load_balancers", "ListLoadBalancers", listLoadBalancers},
	{"GET /accounts/{account}/load_balancers/pools", "ListPools", listPools},
	{"GET /accounts/{account}/load_balancers/pools/{pool}", "GetPool", getPool},
	{"GET /accounts/{account}/load_balancers/monitors", "ListMonitors", listMonitors},
}

// Handler answers requests below Prefix.
func Handler(c *cloud.Cloud) http.Handler {
	var actions []string
	for _, r := range routes {
		actions = append(actions, r.action)
	}
	c.Offer("cloudflare", actions)
	mux := http.NewServeMux()
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(method+" "+Prefix+path, func(w http.ResponseWriter, q *http.Request) { answer(c, r, w, q) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		refuse(w, problem{status: 404, Code: 7003, Message: "Could not route to " + q.URL.Path + ", perhaps your object identifier is invalid?"})
	})
	return mux
}

// answer runs one operation: the director's faults first, then the token, then the model. The body is read before, so
// that a slow client holds up nobody but itself.
func answer(c *cloud.Cloud, route route, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil {
		refuse(w, problem{status: 413, Code: 7009, Message: "The body could not be read: " + err.Error()})
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f := c.Gate(cloud.Call{Service: "cloudflare", Action: route.action})
	if !spoil.Before(f, r) {
		return
	}
	if f.Refused() {
		refuse(w, problemOf(f))
		return
	}
	if p := unauthorized(r); p != nil {
		refuse(w, *p)
		return
	}
	var result any
	var p *problem
	c.Locked(func(world *cloud.World) { result, p = route.do(world, r) })
	spoil.Answer(f, w, r, func(w http.ResponseWriter) { send(w, r, result, p) })
}

// problemOf is a refusal of the director's in Cloudflare's words.
func problemOf(f cloud.Fault) problem {
	p := problem{status: f.Status, Code: 10000, Message: f.Code + ": " + f.Message}
	if f.Code == cloud.Throttling || f.Code == "Throttling" {
		p.status, p.Code = http.StatusTooManyRequests, 971
	}
	return p
}

// largestBody is the most that a client may send.
const largestBody = 1 << 20

func send(w http.ResponseWriter, r *http.Request, result any, p *problem) {
	list, many := result.([]any)
	switch {
	case p != nil:
		refuse(w, *p)
	case many:
		writePage(w, r, list)
	default:
		write(w, http.StatusOK, envelope{Success: true, Result: result})
	}
}

// unauthorized looks for a bearer token; any will do.
func unauthorized(r *http.Request) *problem {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !ok:
		return &problem{status: 400, Code: 9106, Message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers"}
	case strings.TrimSpace(token) == "":
		return &problem{status: 400, Code: 6003, Message: "Invalid request headers"}
	}
	return nil
}

// envelope is what every answer of Cloudflare's comes in.
type envelope struct {
	Result   any       `json:"result"`
	Success  bool      `json:"success"`
	Errors   []problem `json:"errors"`
	Messages []string  `json:"messages"`
	Info     *pageInfo `json:"result_info,omitempty"`
}

func refuse(w http.ResponseWriter, p problem) {
	write(w, p.status, envelope{Errors: []problem{p}})
}

func write(w http.ResponseWriter, status int, e envelope) {
	if e.Errors == nil {
		e.Errors = []problem{}
	}
	e.Messages = []string{}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Server", "lifeboat-sim")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(e)
}
