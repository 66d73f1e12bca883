package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Role is an IAM role of the estate's. The operator may assume it, and any other.
type Role struct {
	Name, ARN string
	MFA       bool // only with a second factor
}

// RoleOrder is what AssumeRole is asked for.
type RoleOrder struct {
	Role, Session string
	For           time.Duration // 0: an hour
	Device, Code  string        // second factor: its ARN, and what it shows; "": none
}

// Sessions last between these. The operator is a session himself, and AWS lets such a chain last an hour.
const (
	shortestSession = 15 * time.Minute
	longestSession  = time.Hour
)

// codeShown is how long a second factor shows a code.
const codeShown = 30 * time.Second

// wrongCode is what a second factor never shows.
const wrongCode = "000000"

var (
	codeForm    = regexp.MustCompile(`^[0-9]{6}$`)
	sessionForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
)

// Caller is whom an access key stands for: a session made by AssumeRole, or the estate's own operator.
func (w *World) Caller(accessKey string) Identity {
	if id, ok := w.sessions[accessKey]; ok {
		return id
	}
	return w.Identity
}

// AssumeRole makes a session of the role and gives its access key. Sessions last their wall-clock time.
func (w *World) AssumeRole(caller Identity, order RoleOrder) (accessKey string, id Identity, err error) {
	if order.For == 0 {
		order.For = longestSession
	}
	if err := order.check(); err != nil {
		return "", Identity{}, err
	}
	if err := w.mayAssume(caller, order); err != nil {
		return "", Identity{}, err
	}
	if order.Code != "" {
		w.code, w.codeUsed = order.Code, w.now
	}
	accessKey = "ASIA" + strings.ToUpper(w.askedHex(16))
	id = Identity{
		ARN:     fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", w.Account, order.Role[strings.LastIndex(order.Role, "/")+1:], order.Session),
		UserID:  "AROA" + strings.ToUpper(w.askedHex(17)) + ":" + order.Session,
		Expires: w.now.Add(order.For),
	}
	w.sessions[accessKey] = id
	return accessKey, id, nil
}

func (order RoleOrder) check() error {
	switch {
	case !strings.HasPrefix(order.Role, "arn:aws:iam::"):
		return refuse("ValidationException", "%s is invalid", order.Role)
	case !sessionForm.MatchString(order.Session):
		return refuse("ValidationException", "1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", order.Session)
	case order.For < shortestSession:
		return refuse("ValidationException", "1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900", int(order.For.Seconds()))
	case order.For > longestSession:
		return refuse("ValidationException", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	case order.Code != "" && !codeForm.MatchString(order.Code):
		return refuse("ValidationException", "1 validation error detected: Value at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*, and have length equal to 6")
	}
	return nil
}

// mayAssume refuses who may not, or not without a second factor, or with a wrong one.
func (w *World) mayAssume(caller Identity, order RoleOrder) error {
	i := slices.IndexFunc(w.Roles, func(r *Role) bool { return r.ARN == order.Role })
	given := order.Device != "" || order.Code != ""
	switch {
	case given && (order.Device != w.MFADevice || order.Code == "" || order.Code == wrongCode || w.used(order.Code)):
		return denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	case i >= 0 && w.Roles[i].MFA && !given:
		return denied("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller.ARN, order.Role)
	}
	return nil
}

// used says whether a code has served already: a second factor shows it for 30 s, in which it counts once.
func (w *World) used(code string) bool {
	return code == w.code && w.now.Before(w.codeUsed.Add(codeShown))
}

func denied(format string, args ...any) error {
	return &Refusal{Status: 403, Code: AccessDenied, Message: fmt.Sprintf(format, args...)}
}
