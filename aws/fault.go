package aws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"lifeboat/aws/fault"
)

// FromError turns whatever an AWS client gave into a *fault.Error of the right kind: op is the call ("ecs:ListTasks"),
// target what it was called on. An error that already is one keeps its own operation and target. nil stays nil.
//
// The words of the cause come from the cloud and are kept raw: whoever shows them makes them harmless.
func FromError(op, target string, err error) error {
	if err == nil {
		return nil
	}
	if judged, ok := is[*fault.Error](err); ok {
		return judged
	}
	kind, cause := judge(err)
	return fault.New(kind, op, target, cause)
}

// judge asks each rule in turn; the first that knows the error decides. The order matters: a credential provider's
// error may wrap a network's, and an answer's may wrap a timeout while its body was read.
func judge(err error) (fault.Kind, error) {
	for _, rule := range []func(error) (fault.Kind, error){noProvider, noAnswerYet, endedSession, saidByService, noConnection, notTheAPI} {
		if kind, cause := rule(err); kind != "" {
			return kind, cause
		}
	}
	return fault.Refused, err
}

// inWords is an error in fewer words than its own.
type inWords struct {
	text string
	err  error
}

func (w inWords) Error() string { return w.text }
func (w inWords) Unwrap() error { return w.err }

// is says whether a T is in err's chain, and gives it.
func is[T error](err error) (T, bool) {
	var t T
	ok := errors.As(err, &t)
	return t, ok
}

// noProvider knows errors of a machine that has no credentials at all. The last provider that the SDK asks is the EC2
// instance's own, so a failure there means that none of the others had any.
func noProvider(err error) (fault.Kind, error) {
	if o, ok := is[*smithy.OperationError](err); ok && o.ServiceID == "ec2imds" {
		return fault.NoCredentials, inWords{"no provider has any: environment, profile, container and instance were asked", err}
	}
	if e, ok := is[*credentials.StaticCredentialsEmptyError](err); ok {
		return fault.NoCredentials, e
	}
	if e, ok := is[*processcreds.ProviderError](err); ok {
		return fault.NoCredentials, e
	}
	if e, ok := is[config.SharedConfigProfileNotExistError](err); ok {
		return fault.NoCredentials, inWords{fmt.Sprintf("there is no AWS profile %q", e.Profile), err}
	}
	if e, ok := is[config.SharedConfigLoadError](err); ok {
		return fault.NoCredentials, e
	}
	return "", nil
}

func noAnswerYet(err error) (fault.Kind, error) {
	switch t, ok := is[interface {
		error
		Timeout() bool
	}](err); {
	case errors.Is(err, context.DeadlineExceeded):
		return fault.TimedOut, context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return fault.TimedOut, inWords{"Lifeboat stopped waiting", err}
	case ok && t.Timeout():
		return fault.TimedOut, plainly(err)
	}
	return "", nil
}

// endedSession knows the errors of providers whose session a person must renew.
func endedSession(err error) (fault.Kind, error) {
	if e, ok := is[*ssocreds.InvalidTokenError](err); ok {
		if kind, cause := noConnection(err); kind != "" {
			return kind, cause // the token may be fine: its refresh did not get through
		}
		return fault.Expired, e
	}
	o, ok := is[*smithy.OperationError](err)
	if api, said := is[smithy.APIError](err); ok && said && (o.ServiceID == "SSO" || o.ServiceID == "SSO OIDC" || o.ServiceID == "Signin") {
		return fault.Expired, spoken(api)
	}
	if strings.Contains(err.Error(), "please reauthenticate") { // credentials of `aws login`; the SDK has no type for it
		return fault.Expired, err
	}
	return "", nil
}

// saidByService knows what came as an HTTP answer.
func saidByService(err error) (fault.Kind, error) {
	status := statusOf(err)
	api, ok := is[smithy.APIError](err)
	if !ok || api.ErrorCode() == "" || api.ErrorCode() == "UnknownError" {
		return kindOfStatus(status), inWords{fmt.Sprintf("HTTP %d", status), err}
	}
	if kind := kindOfCode(api.ErrorCode()); kind != "" {
		return kind, spoken(api)
	}
	if kind := kindOfStatus(status); kind != "" && kind != fault.Unreadable {
		return kind, spoken(api)
	}
	return fault.Refused, spoken(api)
}

// kindOfStatus judges an answer that names no error of the API: a proxy's, an emulator's, or another server's.
func kindOfStatus(status int) fault.Kind {
	switch {
	case status >= 500:
		return fault.Unavailable
	case status == http.StatusTooManyRequests:
		return fault.Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.Denied
	case status >= 300:
		return fault.Unreadable
	}
	return ""
}

// statusOf is the HTTP status of the answer that err was made of; 0 where there was none.
func statusOf(err error) int {
	if r, ok := is[*smithyhttp.ResponseError](err); ok && r.Response != nil && r.Response.Response != nil {
		return r.HTTPStatusCode()
	}
	if r, ok := is[*awshttp.ResponseError](err); ok && r.ResponseError != nil {
		return statusOf(r.ResponseError)
	}
	return 0
}

func spoken(e smithy.APIError) error {
	text := e.ErrorCode()
	if e.ErrorMessage() != "" {
		text += ": " + e.ErrorMessage()
	}
	return inWords{text, e}
}

// kindOfCode judges by the error's name, which the query protocols send without "Exception" and the JSON ones with it.
// "" means that the name alone does not tell.
func kindOfCode(code string) fault.Kind {
	if _, throttled := retry.DefaultThrottleErrorCodes[code]; throttled {
		return fault.Throttled
	}
	name := strings.TrimSuffix(code, "Exception")
	if kind, ok := kinds[name]; ok {
		return kind
	}
	if strings.Contains(name, "NotFound") || strings.HasPrefix(name, "NoSuch") {
		return fault.NotFound
	}
	return ""
}

// kinds are error names, less "Exception".
var kinds = map[string]fault.Kind{
	"ExpiredToken":         fault.Expired,
	"RequestExpired":       fault.Expired,
	"TokenRefreshRequired": fault.Expired,

	"AccessDenied":               fault.Denied,
	"AuthFailure":                fault.Denied,
	"AuthorizationError":         fault.Denied,
	"IncompleteSignature":        fault.Denied,
	"InvalidClientTokenId":       fault.Denied, // unknown, deactivated, or of a region that is not enabled
	"InvalidSignature":           fault.Denied,
	"MissingAuthenticationToken": fault.Denied,
	"NotAuthorized":              fault.Denied,
	"OptInRequired":              fault.Denied,
	"RequestTimeTooSkewed":       fault.Denied,
	"SignatureDoesNotMatch":      fault.Denied,
	"UnauthorizedOperation":      fault.Denied,
	"UnrecognizedClient":         fault.Denied,

	"RequestTimeout":     fault.TimedOut,
	"InternalError":      fault.Unavailable,
	"InternalFailure":    fault.Unavailable,
	"InternalService":    fault.Unavailable,
	"Server":             fault.Unavailable,
	"ServiceUnavailable": fault.Unavailable,
}

// noConnection knows what failed below HTTP.
func noConnection(err error) (fault.Kind, error) {
	if _, ok := is[*net.OpError](err); ok {
		return fault.Unreachable, plainly(err)
	}
	if _, ok := is[*net.DNSError](err); ok {
		return fault.Unreachable, plainly(err)
	}
	if e, ok := is[*tls.CertificateVerificationError](err); ok {
		return fault.Unreachable, e
	}
	if e, ok := is[x509.UnknownAuthorityError](err); ok {
		return fault.Unreachable, e
	}
	if e, ok := is[*smithyhttp.RequestSendError](err); ok {
		return fault.Unreachable, plainly(e.Err)
	}
	return "", nil
}

// plainly is a network error without the request around it.
func plainly(err error) error {
	if e, ok := is[*net.DNSError](err); ok {
		return e
	}
	if e, ok := is[*net.OpError](err); ok {
		return e
	}
	return err
}

func notTheAPI(err error) (fault.Kind, error) {
	if e, ok := is[*smithy.DeserializationError](err); ok {
		return fault.Unreadable, e.Err
	}
	return "", nil
}
