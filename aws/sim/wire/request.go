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
}

// Route is one operation of a REST service. Words of Path in braces match anything and become input: /{v}/thing/{Id}.
type Route struct {
	Method, Path, Action string
}

// maxBody is the most of a request that is read.
const maxBody = 4 << 20

// Read understands a request. routes are those of the REST services, by service. The request that comes with an error
// knows as much as was understood, so that the error can be written as the client expects.
func Read(r *http.Request, routes map[string][]Route) (*Request, *Error) {
	q := &Request{Protocol: protocolOf(r)}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return q, Refuse("RequestEntityTooLarge", "the body could not be read: %v", err)
	}
	if !q.readScope(r.Header.Get("Authorization")) {
		return q, &Error{Status: http.StatusForbidden, Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
	}
	if q.Protocol == Unknown && routes[q.Service] != nil {
		q.Protocol = RESTXML
	}
	return q, q.decode(r, body, routes[q.Service])
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
		return q.decodeREST(r, routes)
	}
	return Refuse("UnknownOperationException", "the protocol of the request is not one that the simulator speaks: %q", r.Header.Get("Content-Type"))
}
