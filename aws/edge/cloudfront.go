package edge

import (
	"context"
	"errors"
	"net/http"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// What CloudFront is asked.
const (
	getDistribution       = "cloudfront:GetDistribution"
	getDistributionConfig = "cloudfront:GetDistributionConfig"
	updateDistribution    = "cloudfront:UpdateDistribution"
	createInvalidation    = "cloudfront:CreateInvalidation"
	listInvalidations     = "cloudfront:ListInvalidations"
	getInvalidation       = "cloudfront:GetInvalidation"
)

// distribution reads the distribution by its id.
func (r *Reader) distribution(ctx context.Context) (Distribution, error) {
	id := r.spec.DistributionID
	in := &cloudfront.GetDistributionInput{Id: &id}
	out, err := askFront(ctx, r, asking{op: getDistribution}, (*cloudfront.Client).GetDistribution, in)
	if err != nil {
		return Distribution{}, err
	}
	if out.Distribution == nil {
		return Distribution{}, fault.New(fault.Unreadable, getDistribution, id, errors.New("there is no distribution in the answer"))
	}
	return distributionOf(out), nil
}

// asking is one request to CloudFront.
type asking struct {
	op      string
	by      *aws.Operator // who asks; nil: who reads
	changes bool
}

// askFront makes one request to CloudFront, within Spec.CloudFront.CallTimeout; see patience. Errors are *fault.Error;
// fault.NotConfigured where there is no distribution.
func askFront[In, Out any](
	ctx context.Context, r *Reader, q asking,
	call func(*cloudfront.Client, context.Context, *In, ...func(*cloudfront.Options)) (*Out, error), in *In, options ...func(*cloudfront.Options),
) (*Out, error) {
	id := r.spec.DistributionID
	if id == "" {
		return nil, fault.New(fault.NotConfigured, q.op, "", nil)
	}
	signer, err := signerOf(ctx, q.by)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, aws.FromError(q.op, id, err)
	}
	ctx, cancel := patience(ctx, q.changes, r.spec.CloudFront.CallTimeout)
	defer cancel()
	client, err := r.cloudFront(ctx, signer)
	if err != nil {
		return nil, aws.FromError(q.op, id, err)
	}
	out, err := call(client, ctx, in, options...)
	if err != nil {
		return nil, aws.FromError(q.op, id, err)
	}
	return out, nil
}

// patience is how long a request is waited for. One that changes something gets twice the time of a reading, whatever
// becomes of its caller: who left before the answer could not say what it had done.
func patience(ctx context.Context, changes bool, limit time.Duration) (context.Context, context.CancelFunc) {
	if changes {
		ctx, limit = context.WithoutCancel(ctx), 2*limit
	}
	return context.WithTimeout(ctx, limit)
}

// signerOf has the operator's credentials before a request's time begins: a person may have to type a code for them. nil:
// there is no operator.
func signerOf(ctx context.Context, by *aws.Operator) (awssdk.CredentialsProvider, error) {
	if by == nil {
		return nil, nil
	}
	value, err := by.Retrieve(ctx)
	return credentials.StaticCredentialsProvider{Value: value}, err
}

// cloudFront makes a client for one request, so that a session that was renewed in the meantime is found. It signs as
// signer; nil: as the spec says.
func (r *Reader) cloudFront(ctx context.Context, signer awssdk.CredentialsProvider) (*cloudfront.Client, error) {
	spec := r.spec.CloudFront
	cfg, err := aws.LoadConfig(ctx, spec, func(t *http.Transport) { t.DisableKeepAlives = true })
	if err != nil {
		return nil, err
	}
	switch {
	case signer != nil:
		cfg.Credentials = signer
	case spec.RoleARN != "":
		cfg.Credentials = aws.Assume(cfg, spec.RoleARN)
	}
	return cloudfront.NewFromConfig(cfg), nil
}
