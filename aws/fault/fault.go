// Package fault names the ways in which looking at a cloud can fail. Every reader turns what it met into one of
// these kinds, so that "not found" is never made of "could not look", and every screen has one set of words for it.
package fault

import (
	"errors"
	"fmt"
)

// Kind is why a reading could not be had.
type Kind string

const (
	NotFound      Kind = "not found"              // the service answered, and the thing is not there
	Denied        Kind = "denied"                 // the identity may not look
	Expired       Kind = "credentials expired"    // the session was valid and is over
	NoCredentials Kind = "no credentials"         // there is no identity to look with
	Throttled     Kind = "throttled"              // asked too fast; the service is alive
	TimedOut      Kind = "timed out"              // no answer within the deadline
	Unreachable   Kind = "unreachable"            // no connection: refused, reset, no route, no such host
	Unavailable   Kind = "unavailable"            // the service answered that it cannot: HTTP 5xx, database starting up
	Refused       Kind = "refused by the service" // the request was understood and turned down (4xx, wrong argument)
	Unreadable    Kind = "unreadable answer"      // an answer came that is not what the API promises
	NotConfigured Kind = "not configured"         // lifeboat.yaml does not say where to look
)

// Error is one failed look: what was tried, on what, and why it failed as far as known.
type Error struct {
	Kind   Kind
	Op     string // the call, as its owner writes it: "ecs:DescribeServices", "GET /api/health", "dns A"
	Target string // what it was called on: "us-east-1 dev-cluster", "resolver 1.1.1.1:53"
	Cause  error
}

// New makes an Error. A cause that already is an Error keeps its own kind, operation and target.
func New(kind Kind, op, target string, cause error) *Error {
	var e *Error
	if errors.As(cause, &e) {
		return e
	}
	return &Error{Kind: kind, Op: op, Target: target, Cause: cause}
}

func (e *Error) Error() string {
	s := e.Op
	if e.Target != "" {
		s += " on " + e.Target
	}
	s += ": " + string(e.Kind)
	if e.Cause != nil {
		s += fmt.Sprintf(" (%v)", e.Cause)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of err, "" for nil and for errors that no reader has judged.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// Silent says whether a failure of this kind counts as a region not answering: design.md's signals of a dark region
// are a time-out, a refused connection and an AWS API's 5xx. Denied, expired and throttled are answers.
func (k Kind) Silent() bool {
	return k == TimedOut || k == Unreachable || k == Unavailable
}

// Remedy is what a person can do about a failure of this kind, in one plain sentence; "" where nothing general helps.
func (k Kind) Remedy() string { return remedies[k] }

var remedies = map[Kind]string{
	NotFound:      "check the name and the region in lifeboat.yaml",
	Denied:        "give the reading identity this permission, or choose another profile",
	Expired:       "sign in again (aws sso login, or renew the session), Lifeboat picks it up by itself",
	NoCredentials: "set a profile in lifeboat.yaml or the usual AWS environment variables",
	Throttled:     "nothing to do: Lifeboat slows down and tries again",
	TimedOut:      "check from another network; if other signals are silent too, the region may be dark",
	Unreachable:   "check the address and your network; if other signals are silent too, the region may be dark",
	Unavailable:   "the service has trouble of its own; Lifeboat tries again by itself",
	Refused:       "the message says what it refused",
	Unreadable:    "compare with the AWS console; the endpoint may not be what lifeboat.yaml says it is",
	NotConfigured: "add it to lifeboat.yaml to have it watched",
}
