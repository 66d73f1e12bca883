package cloud

import (
	"slices"
	"time"
)

// Call is a request that reached a control plane.
type Call struct {
	Region    string // from the signature's scope; "" for Cloudflare
	Service   string // ecs, rds, elasticloadbalancing, monitoring, cloudfront, cloudflare, ...: the signing name
	Action    string // DescribeServices
	AccessKey string // of the signature
	Continued bool   // it asks for a further page of a list
}

// Fault is what goes wrong with a call before it is answered. The zero Fault is nothing.
type Fault struct {
	Hang    bool          // no answer ever comes: hold the connection until the client gives up
	Delay   time.Duration // wall clock, before the answer or the refusal
	Status  int           // HTTP status of a refusal; 0: answer as usual
	Lost    bool          // it is carried out, and its answer never comes
	Cut     bool          // it is carried out, and its answer breaks off in the middle
	Code    string        // ThrottlingException, ExpiredTokenException, AccessDeniedException, ServiceUnavailable, or as the director said
	Message string
}

// Refused says whether the call is answered with an error.
func (f Fault) Refused() bool { return f.Status != 0 }

// fault is a standing order to spoil the calls that match it. Empty fields match everything.
type fault struct {
	region, service, action string
	continued               bool // only further pages
	aws                     bool // only AWS: not Cloudflare
	plane                   bool // only what is no data plane: objects in S3 are one, and live on
	hits, of                int  // of every `of` matching calls the last `hits` are spoilt; of 0: all
	times                   int  // so many calls are spoilt at most; 0: no end
	seen                    int
	spoil                   Fault
}

func (f *fault) matches(c Call) bool {
	return (f.region == "" || f.region == c.Region) && (f.service == "" || f.service == c.Service) &&
		(f.action == "" || f.action == c.Action) && (!f.continued || c.Continued) && (!f.aws || c.Service != "cloudflare") && (!f.plane || c.Service != "s3") && !f.over()
}

// over says whether a fault has spoilt all that it was to.
func (f *fault) over() bool { return f.times > 0 && f.seen >= f.times }

// strikes counts the call and says whether it is one of those to be spoilt.
func (f *fault) strikes(c Call) bool {
	if !f.matches(c) {
		return false
	}
	n := f.seen
	f.seen++
	return f.of == 0 || n%f.of >= f.of-f.hits
}

// Gate says what goes wrong with a call. Every control plane asks it before it looks at the world.
func (c *Cloud) Gate(call Call) Fault {
	var f Fault
	c.Locked(func(w *World) { f = w.gate(call) })
	return f
}

func (w *World) gate(call Call) Fault {
	if r := w.Region(call.Region); r != nil && r.Dark {
		return Fault{Hang: true}
	}
	var sum Fault
	for _, f := range w.faults {
		if !f.strikes(call) {
			continue
		}
		sum.Hang = sum.Hang || f.spoil.Hang
		sum.Lost, sum.Cut = sum.Lost || f.spoil.Lost, sum.Cut || f.spoil.Cut
		sum.Delay += f.spoil.Delay
		if !sum.Refused() {
			sum.Status, sum.Code, sum.Message = f.spoil.Status, f.spoil.Code, f.spoil.Message
		}
	}
	w.undos = slices.DeleteFunc(w.undos, func(u *undo) bool { return u.fault != nil && u.fault.over() })
	w.faults = slices.DeleteFunc(w.faults, (*fault).over)
	if id := w.Caller(call.AccessKey); !sum.Refused() && !id.Expires.IsZero() && w.now.After(id.Expires) {
		sum.Status, sum.Code, sum.Message = 403, ExpiredToken, expiredMessage
	}
	return sum
}

// Offer says which calls of a service a control plane answers, so that the director can break them by name.
func (c *Cloud) Offer(service string, actions []string) {
	c.Locked(func(w *World) { w.offers[service] = slices.Sorted(slices.Values(actions)) })
}

// signingName is what a service is called in signatures, given that or what the AWS command line calls it.
func signingName(service string) string {
	switch service {
	case "elbv2":
		return "elasticloadbalancing"
	case "cloudwatch":
		return "monitoring"
	case "service-quotas":
		return "servicequotas"
	case "resourcegroupstaggingapi":
		return "tagging"
	}
	return service
}

// Codes of refusals, as the JSON protocols name them; the query and XML protocols drop "Exception".
const (
	ExpiredToken = "ExpiredTokenException"
	Throttling   = "ThrottlingException"
	AccessDenied = "AccessDeniedException"
	Unavailable  = "ServiceUnavailableException"

	expiredMessage = "The security token included in the request is expired"
)

// addFault begins spoiling calls, until the returned function is called.
func (w *World) addFault(f *fault) (undo func()) {
	w.faults = append(w.faults, f)
	return func() {
		for i, g := range w.faults {
			if g == f {
				w.faults = append(w.faults[:i:i], w.faults[i+1:]...)
				return
			}
		}
	}
}

// statusOf is the HTTP status that AWS sends with an error code.
func statusOf(code string) int {
	switch code {
	case Throttling, "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "InvalidParameterException", "ValidationException":
		return 400
	case Unavailable, "ServiceUnavailable":
		return 503
	case "InternalFailure", "InternalError", "ServerException":
		return 500
	case AccessDenied, "AccessDenied", ExpiredToken, "ExpiredToken", "UnrecognizedClientException":
		return 403
	}
	return 400
}
