package aws

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"lifeboat/aws/fault"
)

// LoadConfig reads the AWS configuration as every AWS tool does: environment, shared files, and what spec says above
// them. It retries nothing: the next refresh is the retry. The role of spec.RoleARN is for the caller to assume; see
// Assume. Errors are the SDK's, or a *fault.Error for the CA file.
func LoadConfig(ctx context.Context, spec Spec, transport ...func(*http.Transport)) (awssdk.Config, error) {
	trusted, err := Trust(spec.CAFile)
	if err != nil {
		return awssdk.Config{}, err
	}
	client := awshttp.NewBuildableClient().WithTransportOptions(append([]func(*http.Transport){func(t *http.Transport) {
		t.MaxIdleConnsPerHost = callsAtOnce
		if spec.Dial != nil {
			t.DialContext = spec.Dial
		}
		if trusted != nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted}
		}
	}}, transport...)...)
	options := []func(*config.LoadOptions) error{
		config.WithRegion(spec.Region),
		config.WithHTTPClient(client),
		config.WithRetryer(func() awssdk.Retryer { return awssdk.NopRetryer{} }), // see ask
		config.WithLogger(logging.Nop{}),                                         // it writes where the screen is drawn
		config.WithCredentialsCacheOptions(renewEarly),
		config.WithAPIOptions([]func(*middleware.Stack) error{onlyRealAnswers, tellAsked(spec)}),
	}
	if spec.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(spec.Profile))
	}
	if spec.Endpoint != "" {
		options = append(options, config.WithBaseEndpoint(spec.Endpoint))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	cfg.HTTPClient = settled{cfg.HTTPClient} // not before: AWS_CA_BUNDLE wants to see the SDK's own
	return cfg, err
}

// settled sends requests with bodies that the SDK cannot close under the transport. Where an answer comes fast enough,
// smithy-go closes the request's body while net/http still looks for its end; net/http takes that for a failure and
// drops the connection with the rest of the answer unread.
type settled struct{ next awssdk.HTTPClient }

func (s settled) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return s.next.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return s.next.Do(r)
}

// Trust is the system's certificate authorities and those of a PEM file; nil, for the system's alone, where file is "".
// An error is a *fault.Error that names the file.
func Trust(file string) (*x509.CertPool, error) {
	const op = "read ca_file"
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, op, file, err)
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.New(fault.Denied, op, file, err)
	case err != nil:
		return nil, fault.New(fault.Unreadable, op, file, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.Unreadable, op, file, errors.New("there is no PEM certificate in it"))
	}
	return pool, nil
}
