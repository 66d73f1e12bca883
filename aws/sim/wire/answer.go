package wire

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Answer is what an operation gives back.
type Answer struct {
	Body   Struct
	Root   string            // REST: the name of the XML document; "": Raw is sent as it is
	Raw    []byte            // REST: the answer's body where it is no document
	Header map[string]string // REST: headers such as ETag
	Status int               // HTTP; 0: 200
}

// Error is an answer that refuses. Code is as the JSON protocols name it; where they add "Exception" to a code that all
// services share, the XML protocols leave it out.
type Error struct {
	Status        int
	Code, Message string
	Header        map[string]string // REST: headers such as x-amz-bucket-region
}

// Error says code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse makes an error of the caller's own making (HTTP 400).
func Refuse(code, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

// shared are the codes that every service knows, and what the XML protocols call them.
var shared = map[string]string{
	"ThrottlingException":         "Throttling",
	"ExpiredTokenException":       "ExpiredToken",
	"AccessDeniedException":       "AccessDenied",
	"ServiceUnavailableException": "ServiceUnavailable",
	"UnknownOperationException":   "InvalidAction",
	"ValidationException":         "ValidationError",
}

// Write answers a request in its own protocol. uri is the service's XML namespace.
func (q *Request) Write(w http.ResponseWriter, id, uri string, a Answer) {
	var body []byte
	switch q.Protocol {
	case JSON10, JSON11:
		body = asJSON(a.Body)
	case CBOR:
		body = cbor.Encode(asCBOR(a.Body))
	case RESTXML:
		if body = a.Raw; a.Root != "" {
			body = document(a.Root, uri, a.Body)
		}
	default:
		body = document(q.Action+"Response", uri, Struct{
			{q.Action + "Result", a.Body}, {"ResponseMetadata", Struct{{"RequestId", id}}},
		})
	}
	q.send(w, id, cmp.Or(a.Status, http.StatusOK), body, a.Header)
}

// WriteError refuses a request in its own protocol.
func (q *Request) WriteError(w http.ResponseWriter, id, uri string, e *Error) {
	kind := "Sender"
	if e.Status >= 500 {
		kind = "Receiver"
	}
	xmlCode := e.Code
	if short, ok := shared[e.Code]; ok {
		xmlCode = short
	}
	var body []byte
	switch q.Protocol {
	case JSON10, JSON11:
		w.Header().Set("X-Amzn-Errortype", e.Code)
		body = asJSON(Struct{{"__type", e.Code}, {"message", e.Message}})
	case CBOR:
		body = cbor.Encode(asCBOR(Struct{{"__type", e.Code}, {"message", e.Message}}))
	default:
		body = q.xmlError(id, uri, Struct{{"Type", kind}, {"Code", xmlCode}, {"Message", e.Message}})
	}
	if q.Service == "monitoring" && q.Protocol != Query { // the one service that changed protocol and kept its codes
		w.Header().Set("X-Amzn-Query-Error", xmlCode+";"+kind)
	}
	q.send(w, id, e.Status, body, e.Header)
}

func (q *Request) xmlError(id, uri string, e Struct) []byte {
	if q.bare {
		return document("Error", "", append(e[1:], Field{"RequestId", id}))
	}
	return document("ErrorResponse", uri, Struct{{"Error", e}, {"RequestId", id}})
}

// send answers. more are headers beside, or in place of, those that the protocol has.
func (q *Request) send(w http.ResponseWriter, id string, status int, body []byte, more map[string]string) {
	h := w.Header()
	h.Set("X-Amzn-Requestid", id)
	bodyless := status == http.StatusNoContent || status == http.StatusNotModified
	if !bodyless {
		h.Set("Content-Length", fmt.Sprint(len(body)))
	}
	switch q.Protocol {
	case JSON10:
		h.Set("Content-Type", "application/x-amz-json-1.0")
	case JSON11:
		h.Set("Content-Type", "application/x-amz-json-1.1")
	case CBOR:
		h.Set("Content-Type", "application/cbor")
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
	default:
		h.Set("Content-Type", "text/xml")
	}
	for name, value := range more {
		h.Set(name, value)
	}
	w.WriteHeader(status)
	if !bodyless {
		_, _ = w.Write(body) // a client that is gone is no concern
	}
}

func document(root, uri string, v Struct) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	writeXML(&b, strings.ReplaceAll(root, " ", ""), namespace(uri), v)
	return b.Bytes()
}
