package edge

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

const getDistribution = "cloudfront:GetDistribution"

// distribution reads the distribution by its id.
func (r *Reader) distribution(ctx context.Context) (Distribution, error) {
	id := r.spec.DistributionID
	if id == "" {
		return Distribution{}, fault.New(fault.NotConfigured, getDistribution, "", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, r.spec.CloudFront.CallTimeout)
	defer cancel()
	client, err := r.cloudFront(ctx)
	if err != nil {
		return Distribution{}, aws.FromError(getDistribution, id, err)
	}
	out, err := client.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id})
	if err != nil {
		return Distribution{}, aws.FromError(getDistribution, id, err)
	}
	if out.Distribution == nil {
		return Distribution{}, fault.New(fault.Unreadable, getDistribution, id, fmt.Errorf("there is no distribution in the answer"))
	}
	return distributionOf(out), nil
}

// cloudFront makes a client for one reading, so that a session that was renewed in the meantime is found.
func (r *Reader) cloudFront(ctx context.Context) (*cloudfront.Client, error) {
	spec := r.spec.CloudFront
	cfg, err := aws.LoadConfig(ctx, spec, func(t *http.Transport) { t.DisableKeepAlives = true })
	if err != nil {
		return nil, err
	}
	if spec.RoleARN != "" {
		cfg.Credentials = aws.Assume(cfg, spec.RoleARN)
	}
	return cloudfront.NewFromConfig(cfg), nil
}
