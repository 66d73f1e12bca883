package edge

import (
	"context"
	"net/http"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
)

func (r *Reader) cloudFront(ctx context.Context) (*cloudfront.Client, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithBaseEndpoint(r.spec.CloudFront.Endpoint),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.DialContext, t.DisableKeepAlives = r.spec.Dial, true
		})),
		config.WithRetryer(func() awssdk.Retryer { return awssdk.NopRetryer{} }))
	if err != nil {
		return nil, err
	}
	return cloudfront.NewFromConfig(c), nil
}

func (r *Reader) callTimeout() time.Duration {
	if t := r.spec.CloudFront.CallTimeout; t > 0 {
		return t
	}
	return r.spec.Timeout
}
