package edge

import (
	"fmt"
	"net/http"
	"strings"

	"lifeboat/aws/fault"
)

// refusal is an error that Cloudflare answered with.
type refusal struct {
	status int
	Errors []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// notInPlan is how a refusal begins whose reason is what was paid for.
const notInPlan = "not part of this plan: "

func (r *refusal) Error() string {
	words := []string{}
	for _, e := range r.Errors {
		words = append(words, fmt.Sprintf("%s (%d)", e.Message, e.Code))
	}
	if len(words) == 0 {
		words = append(words, fmt.Sprintf("HTTP %d", r.status))
	}
	text := strings.Join(words, "; ")
	if r.unpaid() {
		return notInPlan + text
	}
	return text
}

func (r *refusal) kind() fault.Kind {
	switch {
	case r.status >= 500:
		return fault.Unavailable
	case r.status == http.StatusTooManyRequests:
		return fault.Throttled
	case r.unpaid() || r.status == http.StatusNotFound:
		return fault.NotFound
	case r.says("expired"):
		return fault.Expired
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden || r.badToken():
		return fault.Denied
	}
	return fault.Refused
}

// unpaid says whether the account's or zone's plan is why. Cloudflare has a code for it in each product, and the words
// in common.
func (r *refusal) unpaid() bool {
	return r.status < 500 && (r.says("not entitled") || r.says("entitlement") || r.says("not enabled for this") || r.says("your plan") || r.says("subscription"))
}

// badToken says whether the request's headers were refused: the token has a form that no token has.
func (r *refusal) badToken() bool {
	for _, e := range r.Errors {
		if e.Code == 6003 || e.Code == 9106 {
			return true
		}
	}
	return false
}

func (r *refusal) says(words string) bool {
	for _, e := range r.Errors {
		if strings.Contains(strings.ToLower(e.Message), words) {
			return true
		}
	}
	return false
}
