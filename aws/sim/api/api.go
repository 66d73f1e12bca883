// Package api is the AWS control planes of the simulated cloud: every operation that Lifeboat uses, one file a service
// (and one for its changing operations), over every protocol that the Go SDK, boto3 and the AWS CLI send. An operation is added in its service's list
// and nowhere else.
package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/spoil"
	"lifeboat/aws/sim/wire"
)

// service is one AWS service by its signing name.
type service struct {
	space      string // XML namespace
	operations map[string]operation
	rest       *wire.REST // of a REST service
	home       string     // the region of its one control plane; "" for a service that each region has
}

// operation answers one call from the world. It runs under the world's lock.
type operation func(c *call) (wire.Struct, error)

// call is one request on its way through an operation.
type call struct {
	*cloud.World
	region *cloud.Region // nil for a service with one home
	in     wire.In
	header http.Header // REST
	body   []byte      // REST: where it is no document
	key    string      // access key
	out    wire.Answer // REST: all but Body, set by the operation
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
		space: "http://cloudfront.amazonaws.com/doc/2020-05-31/", operations: cloudfrontOperations, home: cloudfrontHome,
		rest: &wire.REST{Routes: cloudfrontRoutes},
	},
	"s3": {space: "http://s3.amazonaws.com/doc/2006-03-01/", operations: s3Operations, rest: &wire.REST{Routes: s3Routes, Bare: true}},
}

var restServices = func() map[string]wire.REST {
	all := map[string]wire.REST{}
	for name, s := range services {
		if s.rest != nil {
			all[name] = *s.rest
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
	q, refused := wire.Read(r, restServices)
	s := services[q.Service]
	if refused != nil {
		q.WriteError(w, id, s.space, refused)
		return
	}
	region := q.Region
	if s.home != "" {
		region = s.home
	}
	fault := h.cloud.Gate(cloud.Call{
		Region: region, Service: q.Service, Action: q.Action, AccessKey: q.AccessKey, Continued: continued(q.In),
	})
	if !spoil.Before(fault, r) {
		return
	}
	if fault.Refused() {
		q.WriteError(w, id, s.space, refusedBy(fault, q.Service))
		return
	}
	a, err := h.answer(w, q, s, region)
	spoil.Answer(fault, w, r, func(w http.ResponseWriter) {
		if refused := refusal(err); refused != nil {
			q.WriteError(w, id, s.space, refused)
			return
		}
		q.Write(w, id, s.space, a)
	})
}

// refusedBy is the director's refusal in a service's own words: S3 alone has a code of its own for too many calls.
func refusedBy(f cloud.Fault, service string) *wire.Error {
	if service == "s3" && f.Code == cloud.Throttling {
		return &wire.Error{Status: http.StatusServiceUnavailable, Code: "SlowDown", Message: "Please reduce your request rate."}
	}
	return &wire.Error{Status: f.Status, Code: f.Code, Message: f.Message}
}

// answer does what a call asks for. The answer carries the world's own time, by which S3's users judge expiry.
func (h *handler) answer(w http.ResponseWriter, q *wire.Request, s service, region string) (a wire.Answer, err error) {
	do := s.operations[q.Action]
	h.cloud.Locked(func(world *cloud.World) {
		w.Header().Set("Date", world.Now().UTC().Format(http.TimeFormat))
		c := &call{World: world, region: world.Region(region), in: q.In, header: q.Header, body: q.Body, key: q.AccessKey}
		switch {
		case do == nil:
			err = wire.Refuse("UnknownOperationException", "the simulator does not simulate %s %s", q.Service, q.Action)
		case c.region == nil && s.home == "":
			err = wire.Refuse("UnrecognizedClientException", "the simulator has no region %q", region)
		default:
			c.out.Body, err = do(c)
			a = c.out
		}
	})
	return a, err
}

// refusal is an error as it is written: one of the wire's own, or the model's.
func refusal(err error) *wire.Error {
	var own *wire.Error
	if errors.As(err, &own) {
		return own
	}
	var r *cloud.Refusal
	if errors.As(err, &r) {
		return &wire.Error{Status: r.Status, Code: r.Code, Message: r.Message, Header: r.Header}
	}
	return nil
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
