package edge

import (
	"context"
	"crypto/tls"
	"net/http"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// cloudFront makes a client for one reading, so that a session that was renewed in the meantime is found. It retries
// nothing: the next reading is the retry, and a refusal must not turn into a time-out while it is repeated.
func (r *Reader) cloudFront(ctx context.Context) (*cloudfront.Client, error) {
	spec := r.spec.CloudFront
	trusted, err := trust(spec.CAFile)
	if err != nil {
		return nil, err
	}
	options := []func(*config.LoadOptions) error{
		config.WithRegion(spec.Region),
		config.WithRetryer(func() awssdk.Retryer { return awssdk.NopRetryer{} }),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.DialContext, t.DisableKeepAlives = spec.Dial, true
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted}
		})),
	}
	if spec.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(spec.Profile))
	}
	if spec.Endpoint != "" {
		options = append(options, config.WithBaseEndpoint(spec.Endpoint))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	if spec.RoleARN != "" {
		c.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(c), spec.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = "lifeboat"
		})
	}
	return cloudfront.NewFromConfig(c), nil
}
