// Package cloudflare answers the part of Cloudflare's v4 API that Lifeboat uses, from the simulator's model.
package cloudflare

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
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

// routes is all that is answered. An operation that changes records is one more line here, and a function on the
// model's zone beside the reading ones.
var routes = []route{
	{"GET /user/tokens/verify", "VerifyToken", verifyToken},
	{"GET /zones", "ListZones", listZones},
	{"GET /zones/{zone}", "GetZone", getZone},
	{"GET /zones/{zone}/dns_records", "ListRecords", listRecords},
	{"GET /zones/{zone}/dns_records/{record}", "GetRecord", getRecord},
	{"GET /zones/{zone}/healthchecks", "ListHealthchecks", listHealthchecks},
	{"GET /zones/{zone}/healthchecks/{check}", "GetHealthcheck", getHealthcheck},
	{"GET /zones/{zone}/load_balancers", "ListLoadBalancers", listLoadBalancers},
	{"GET /accounts/{account}/load_balancers/pools", "ListPools", listPools},
	{"GET /accounts/{account}/load_balancers/pools/{pool}", "GetPool", getPool},
	{"GET /accounts/{account}/load_balancers/monitors", "ListMonitors", listMonitors},
}

// Handler answers requests below Prefix.
func Handler(c *cloud.Cloud) http.Handler {
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

// answer runs one operation: the director's faults first, then the token, then the model.
func answer(c *cloud.Cloud, route route, w http.ResponseWriter, r *http.Request) {
	if !passes(c.Gate(cloud.Call{Service: "cloudflare", Action: route.action}), w, r) {
		return
	}
	if p := unauthorized(r); p != nil {
		refuse(w, *p)
		return
	}
	var result any
	var p *problem
	c.Locked(func(world *cloud.World) { result, p = route.do(world, r) })
	if p != nil {
		refuse(w, *p)
		return
	}
	if list, ok := result.([]any); ok {
		writePage(w, r, list)
		return
	}
	write(w, http.StatusOK, envelope{Success: true, Result: result})
}

// passes lets a call through, late or never, or refuses it, as the director has ordered.
func passes(f cloud.Fault, w http.ResponseWriter, r *http.Request) bool {
	if f.Hang {
		<-r.Context().Done()
		return false
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return false
		}
	}
	if f.Refused() {
		refuse(w, problem{status: f.Status, Code: 10000, Message: f.Code + ": " + f.Message})
		return false
	}
	return true
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
