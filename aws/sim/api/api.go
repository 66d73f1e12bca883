// Package api is the AWS control planes of the simulated cloud: every operation that Lifeboat reads with, one file a
// service, over every protocol that the Go SDK, boto3 and the AWS CLI send. An operation is added in its service's list
// and nowhere else.
package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// service is one AWS service by its signing name.
type service struct {
	space      string // XML namespace
	operations map[string]operation
	routes     []wire.Route // of a REST service
	home       string       // the region of its one control plane; "" for a service that each region has
}

// operation answers one call from the world. It runs under the world's lock.
type operation func(c *call) (wire.Struct, error)

// call is one request on its way through an operation.
type call struct {
	*cloud.World
	region *cloud.Region // nil for a service with one home
	in     wire.In
	key    string      // access key
	out    wire.Answer // REST: Root and Header, set by the operation
}

// services is everything that is simulated.
var services = map[string]service{
	"sts":                     {space: "https://sts.amazonaws.com/doc/2011-06-15/", operations: stsOperations},
	"ecs":                     {operations: ecsOperations},
	"application-autoscaling": {operations: scalingOperations},
	"elasticloadbalancing":    {space: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/", operations: elbOperations},
	"rds":                     {space: "http://rds.amazonaws.com/doc/2014-10-31/", operations: rdsOperations},
	"monitoring":              {space: "http://monitoring.amazonaws.com/doc/2010-08-01/", operations: cloudwatchOperations},
	"ecr":                     {operations: ecrOperations},
	"acm":                     {operations: acmOperations},
	"secretsmanager":          {operations: secretsOperations},
	"servicequotas":           {operations: quotaOperations},
	"tagging":                 {operations: taggingOperations},
	"cloudfront": {
		space: "http://cloudfront.amazonaws.com/doc/2020-05-31/", operations: cloudfrontOperations, routes: cloudfrontRoutes, home: cloudfrontHome,
	},
}

var routes = func() map[string][]wire.Route {
	all := map[string][]wire.Route{}
	for name, s := range services {
		if s.routes != nil {
			all[name] = s.routes
		}
	}
	return all
}()

// Handler answers AWS's API for c at one address: region and service come from each request's signature.
func Handler(c *cloud.Cloud) http.Handler {
	for name, s := range services {
		c.Offer(name, slices.Collect(maps.Keys(s.operations)))
	}
	return &handler{cloud: c}
}

type handler struct {
	cloud *cloud.Cloud
	calls atomic.Uint64
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := fmt.Sprintf("00000000-0000-4000-8000-%012x", h.calls.Add(1))
	q, refused := wire.Read(r, routes)
	s := services[q.Service]
	if refused != nil {
		q.WriteError(w, id, s.space, refused)
		return
	}
	region := q.Region
	if s.home != "" {
		region = s.home
	}
	if refused = h.pass(r, q, region); refused != nil {
		q.WriteError(w, id, s.space, refused)
		return
	}
	a, err := h.answer(q, s, region)
	if errors.As(err, &refused) {
		q.WriteError(w, id, s.space, refused)
		return
	}
	q.Write(w, id, s.space, a)
}

// pass takes a call through the gate: it may be held for ever, held for a while, or refused.
func (h *handler) pass(r *http.Request, q *wire.Request, region string) *wire.Error {
	f := h.cloud.Gate(cloud.Call{
		Region: region, Service: q.Service, Action: q.Action, AccessKey: q.AccessKey, Continued: continued(q.In),
	})
	if f.Hang {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if f.Refused() {
		return &wire.Error{Status: f.Status, Code: f.Code, Message: f.Message}
	}
	return nil
}

func (h *handler) answer(q *wire.Request, s service, region string) (a wire.Answer, err error) {
	do := s.operations[q.Action]
	if do == nil {
		return a, wire.Refuse("UnknownOperationException", "the simulator does not simulate %s %s", q.Service, q.Action)
	}
	h.cloud.Locked(func(w *cloud.World) {
		c := &call{World: w, region: w.Region(region), in: q.In, key: q.AccessKey}
		if c.region == nil && s.home == "" {
			err = wire.Refuse("UnrecognizedClientException", "the simulator has no region %q", region)
			return
		}
		c.out.Body, err = do(c)
		a = c.out
	})
	return a, err
}

// continued says whether a request asks for a further page.
func continued(in wire.In) bool {
	for _, name := range []string{"NextToken", "nextToken", "Marker", "PaginationToken"} {
		if in.String(name) != "" {
			return true
		}
	}
	return false
}
