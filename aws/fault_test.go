package aws_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/smithy-go"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// transport is an HTTP client that answers by itself.
type transport func(*http.Request) (*http.Response, error)

func (f transport) Do(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) transport {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
	}
}

func fails(err error) transport {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func sdk(client awssdk.HTTPClient) awssdk.Config {
	return awssdk.Config{
		Region: west, HTTPClient: client, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		Retryer: func() awssdk.Retryer { return awssdk.NopRetryer{} },
	}
}

// What an SDK client makes of answers, in the JSON protocol (ecs), the query protocol (rds) and CBOR (cloudwatch).
func byJSON(client awssdk.HTTPClient) error {
	_, err := ecs.NewFromConfig(sdk(client)).ListClusters(context.Background(), &ecs.ListClustersInput{})
	return err
}

func byQuery(client awssdk.HTTPClient) error {
	_, err := rds.NewFromConfig(sdk(client)).DescribeDBInstances(context.Background(), &rds.DescribeDBInstancesInput{})
	return err
}

func byCBOR(client awssdk.HTTPClient) error {
	_, err := cloudwatch.NewFromConfig(sdk(client)).ListMetrics(context.Background(), &cloudwatch.ListMetricsInput{})
	return err
}

func jsonError(status int, code string) error {
	return byJSON(answer(status, `{"__type": "com.amazonaws.ecs#`+code+`", "message": "so it is"}`))
}

func queryError(status int, code string) error {
	return byQuery(answer(status, `<ErrorResponse><Error><Code>`+code+`</Code><Message>so it is</Message></Error></ErrorResponse>`))
}

func TestEveryErrorKeepsItsKind(t *testing.T) {
	const html = "<html><title>500 Internal Server Error</title></html>"
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, c := range []struct {
		err  error
		kind fault.Kind
		text string // part of what is said
	}{
		{jsonError(400, "ExpiredTokenException"), fault.Expired, "(ExpiredTokenException: so it is)"},
		{queryError(403, "ExpiredToken"), fault.Expired, "(ExpiredToken: so it is)"},
		{queryError(400, "RequestExpired"), fault.Expired, ""},
		{&ssocreds.InvalidTokenError{}, fault.Expired, "the SSO session has expired or is invalid"},
		{&ssocreds.InvalidTokenError{Err: &fs.PathError{Op: "open", Path: "token", Err: syscall.ENOENT}}, fault.Expired, ""},
		{&smithy.OperationError{ServiceID: "SSO", OperationName: "GetRoleCredentials", Err: &smithy.GenericAPIError{Code: "UnauthorizedException", Message: "Session token not found or invalid"}}, fault.Expired, "Session token not found"},
		{errors.New("login session has expired, please reauthenticate"), fault.Expired, ""},

		{jsonError(400, "AccessDeniedException"), fault.Denied, "AccessDeniedException: so it is"},
		{queryError(403, "AccessDenied"), fault.Denied, ""},
		{queryError(403, "UnauthorizedOperation"), fault.Denied, ""},
		{jsonError(400, "UnrecognizedClientException"), fault.Denied, ""},
		{queryError(403, "InvalidClientTokenId"), fault.Denied, ""},
		{queryError(403, "SignatureDoesNotMatch"), fault.Denied, ""},
		{byJSON(answer(403, html)), fault.Denied, "HTTP 403"},

		{jsonError(400, "ThrottlingException"), fault.Throttled, ""},
		{queryError(400, "Throttling"), fault.Throttled, ""},
		{queryError(503, "SlowDown"), fault.Throttled, ""},
		{queryError(503, "RequestLimitExceeded"), fault.Throttled, ""},
		{jsonError(429, "TooManyRequestsException"), fault.Throttled, ""},
		{byJSON(answer(429, html)), fault.Throttled, "HTTP 429"},

		{context.DeadlineExceeded, fault.TimedOut, ""},
		{byJSON(fails(&net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded})), fault.TimedOut, "i/o timeout"},
		{byJSON(fails(&net.DNSError{Err: "i/o timeout", Name: "x", IsTimeout: true})), fault.TimedOut, ""},

		{byJSON(fails(dial)), fault.Unreachable, "(dial tcp: connect: connection refused)"},
		{byQuery(fails(&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET})), fault.Unreachable, "connection reset"},
		{byCBOR(fails(&net.DNSError{Err: "no such host", Name: "monitoring.us-west-2.amazonaws.com", IsNotFound: true})), fault.Unreachable, "no such host"},
		{byJSON(fails(x509.UnknownAuthorityError{})), fault.Unreachable, "unknown authority"},
		{byJSON(fails(io.ErrUnexpectedEOF)), fault.Unreachable, ""},
		{&ssocreds.InvalidTokenError{Err: dial}, fault.Unreachable, ""},

		{jsonError(500, "ServerException"), fault.Unavailable, ""},
		{queryError(503, "ServiceUnavailable"), fault.Unavailable, ""},
		{queryError(500, "InternalFailure"), fault.Unavailable, ""},
		{jsonError(502, "Whatever"), fault.Unavailable, ""},
		{byJSON(answer(500, html)), fault.Unavailable, "HTTP 500"},
		{byQuery(answer(500, html)), fault.Unavailable, "HTTP 500"},
		{byCBOR(answer(500, html)), fault.Unavailable, "HTTP 500"},
		{byQuery(answer(504, "")), fault.Unavailable, "HTTP 504"},

		{jsonError(400, "ClusterNotFoundException"), fault.NotFound, ""},
		{queryError(404, "DBInstanceNotFound"), fault.NotFound, ""},
		{queryError(400, "LoadBalancerNotFound"), fault.NotFound, ""},
		{jsonError(400, "RepositoryNotFoundException"), fault.NotFound, ""},
		{jsonError(400, "NoSuchResourceException"), fault.NotFound, ""},

		{jsonError(400, "InvalidParameterException"), fault.Refused, "InvalidParameterException: so it is"},
		{queryError(400, "InvalidParameterValue"), fault.Refused, ""},
		{errors.New("something else"), fault.Refused, "something else"},

		{byJSON(answer(200, html)), fault.Unreadable, ""},
		{byQuery(answer(200, html)), fault.Unreadable, ""},
		{byJSON(answer(200, `{"clusterArns": [`)), fault.Unreadable, ""},
		{byJSON(answer(404, html)), fault.Unreadable, "HTTP 404"},
		{byCBOR(answer(404, html)), fault.Unreadable, "HTTP 404"},
	} {
		err := aws.FromError("ecs:ListClusters", west, c.err)
		if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) || !strings.HasPrefix(err.Error(), "ecs:ListClusters on us-west-2: "+string(c.kind)) {
			t.Errorf("%v\n\tis %v\n\twant %q and %q", c.err, err, c.kind, c.text)
		}
	}
}

func TestWithoutAnyProviderThereAreNoCredentials(t *testing.T) {
	hermetic(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	s := open(t, 4).spec(west)
	s.Endpoint, s.Dial = "", refuse
	r := reader(t, s)
	f := r.Fast(t.Context(), aws.Fast{})
	for part, err := range errorsOf(f) {
		wantKind(t, part, err, fault.NoCredentials)
	}
	if f.Calls != 0 || f.API.Value.Silent != 0 {
		t.Errorf("%d calls were made without credentials; the API's health is %+v", f.Calls, f.API.Value)
	}
}

func TestAnAnswerThatIsNotTheAPIsIsNoEmptyAnswer(t *testing.T) {
	hermetic(t)
	for _, body := range []string{"", " ", "{}", "[]", "OK", "<html></html>", "<html/>", `<?xml version="1.0"?><nothing/>`} {
		p := open(t, 4)
		p.meddle("*", say(200, body))
		f := reader(t, p.spec(west)).Fast(t.Context(), aws.Fast{})
		for _, part := range []string{"identity", "services", "balancers", "databases", "metrics"} {
			wantKind(t, fmt.Sprintf("%s, answered by %q", part, body), errorsOf(f)[part], fault.Unreadable)
		}
	}
}

func TestErrorsOfTheConfigurationAreNoCredentials(t *testing.T) {
	for _, err := range []error{
		&credentials.StaticCredentialsEmptyError{},
		&processcreds.ProviderError{Err: errors.New("exit status 1")},
		config.SharedConfigProfileNotExistError{Profile: "ops"},
		fmt.Errorf("failed: %w", config.SharedConfigLoadError{Filename: "config", Err: errors.New("bad line")}),
	} {
		wantKind(t, err.Error(), aws.FromError("credentials", west, err), fault.NoCredentials)
	}
}

func TestAnErrorThatIsJudgedKeepsItsOwnWords(t *testing.T) {
	own := fault.New(fault.Expired, "sts:AssumeRole", "us-west-2", context.DeadlineExceeded)
	if got := aws.FromError("credentials", west, fmt.Errorf("refreshing: %w", own)); !errors.Is(got, own) || got.Error() != own.Error() {
		t.Errorf("became %v", got)
	}
	if err := aws.FromError("a:B", "", nil); err != nil {
		t.Errorf("no error became %v", err)
	}
}
