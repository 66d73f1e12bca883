package wire

import (
	"io"
	"net/http"
	"strings"
)

// Protocol is one of AWS's ways to ask and answer.
type Protocol int

// The protocols. The zero Protocol is not known yet; errors are then written as XML.
const (
	Unknown Protocol = iota
	JSON10
	JSON11
	Query
	RESTXML
	CBOR
)

// Request is one call as it arrived, in whatever protocol.
type Request struct {
	Protocol  Protocol
	Region    string // of the signature's scope
	Service   string // its signing name: ecs, rds, monitoring, ...
	AccessKey string
	Action    string
	In        In

	Header http.Header // REST: input such as If-Match
	Body   []byte      // REST: what was sent, where the route does not make input of it

	bare bool // its errors stand alone; see REST
}

// REST is what there is to know of a service that is asked by method and path.
type REST struct {
	Routes []Route
	Bare   bool // its errors are an Error document, without the ErrorResponse around it that other services have
}

// Route is one operation of a REST service. Words of Path in braces match one part of a path and become input:
// /{v}/thing/{Id}; a last one that ends in + matches all the rest: /{Bucket}/{Key+}.
type Route struct {
	Method, Path, Action string
	Query                string // must be in the query string: list-type; "": nothing must
	Document             bool   // the body is an XML document, which becomes input under its root's name
}

// maxBody is the most of a request that is read.
const maxBody = 4 << 20

// Read understands a request. rest are the REST services by signing name. The request that comes with an error knows as
// much as was understood, so that the error can be written as the client expects.
func Read(r *http.Request, rest map[string]REST) (*Request, *Error) {
	q := &Request{Protocol: protocolOf(r), Header: r.Header}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return q, Refuse("RequestEntityTooLarge", "the body could not be read: %v", err)
	}
	if !q.readScope(r.Header.Get("Authorization")) {
		return q, &Error{Status: http.StatusForbidden, Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
	}
	if service, ok := rest[q.Service]; ok { // whatever the type of what it sends
		q.Protocol, q.bare = RESTXML, service.Bare
	}
	return q, q.decode(r, body, rest[q.Service].Routes)
}

// protocolOf tells the protocol by what a request carries; REST requests carry nothing that tells.
func protocolOf(r *http.Request) Protocol {
	kind := r.Header.Get("Content-Type")
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return CBOR
	case strings.HasPrefix(kind, "application/x-amz-json-1.0"):
		return JSON10
	case strings.HasPrefix(kind, "application/x-amz-json-1.1"):
		return JSON11
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		return Query
	}
	return Unknown
}

// readScope takes key, region and service from the signature's scope: Credential=KEY/DATE/REGION/SERVICE/aws4_request.
// The signature itself is not checked: any key is accepted.
func (q *Request) readScope(authorization string) bool {
	_, rest, found := strings.Cut(authorization, "Credential=")
	scope, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if !found || len(parts) != 5 || parts[4] != "aws4_request" {
		return false
	}
	q.AccessKey, q.Region, q.Service = parts[0], parts[2], parts[3]
	return true
}

func (q *Request) decode(r *http.Request, body []byte, routes []Route) *Error {
	switch q.Protocol {
	case JSON10, JSON11:
		target := r.Header.Get("X-Amz-Target")
		q.Action = target[strings.LastIndex(target, ".")+1:]
		return q.decodeJSON(body)
	case CBOR:
		q.Action = r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		return q.decodeCBOR(body)
	case Query:
		return q.decodeQuery(body)
	case RESTXML:
		return q.decodeREST(r, body, routes)
	}
	return Refuse("UnknownOperationException", "the protocol of the request is not one that the simulator speaks: %q", r.Header.Get("Content-Type"))
}
