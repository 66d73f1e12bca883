package edge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"lifeboat/aws/fault"
)

// Invalidate takes paths ("/*") out of the CDN's caches. CloudFront knows an invalidation by its reference: the same one
// with the same paths, sent again, is still one invalidation. With other paths it is fault.Refused.
func (c *Changer) Invalidate(ctx context.Context, reference string, paths []string) error {
	in := &cloudfront.CreateInvalidationInput{
		DistributionId: &c.reader.spec.DistributionID,
		InvalidationBatch: &types.InvalidationBatch{
			CallerReference: &reference,
			Paths:           &types.Paths{Items: paths, Quantity: awssdk.Int32(int32(len(paths)))},
		},
	}
	out, err := askFront(ctx, c.reader, asking{op: createInvalidation, by: c.reader.spec.By, changes: true}, (*cloudfront.Client).CreateInvalidation, in)
	if err == nil && out.Invalidation != nil {
		c.knowInvalidation(reference, text(out.Invalidation.Id))
	}
	return err
}

// Invalidated says whether the invalidation of this reference is complete. fault.NotFound: CloudFront has none of it
// among the newest hundred.
func (c *Changer) Invalidated(ctx context.Context, reference string) (bool, error) {
	c.mu.Lock()
	id := c.invalidations[reference]
	c.mu.Unlock()
	if id != "" {
		found, err := c.invalidation(ctx, id)
		return completed(found), err
	}
	found, err := c.findInvalidation(ctx, reference)
	return completed(found), err
}

func completed(i *types.Invalidation) bool {
	return i != nil && strings.EqualFold(text(i.Status), "Completed") // emulators shout it
}

// findInvalidation looks for a reference among the newest invalidations: their list does not say it.
func (c *Changer) findInvalidation(ctx context.Context, reference string) (*types.Invalidation, error) {
	id := c.reader.spec.DistributionID
	out, err := askFront(ctx, c.reader, asking{op: listInvalidations}, (*cloudfront.Client).ListInvalidations, &cloudfront.ListInvalidationsInput{DistributionId: &id})
	if err != nil {
		return nil, err
	}
	if out.InvalidationList != nil {
		for _, summary := range out.InvalidationList.Items {
			found, err := c.invalidation(ctx, text(summary.Id))
			if err != nil {
				return nil, err
			}
			if found.InvalidationBatch != nil && text(found.InvalidationBatch.CallerReference) == reference {
				c.knowInvalidation(reference, text(summary.Id))
				return found, nil
			}
		}
	}
	return nil, fault.New(fault.NotFound, listInvalidations, id, fmt.Errorf("there is no invalidation of the reference %s", reference))
}

// invalidation reads one by its id.
func (c *Changer) invalidation(ctx context.Context, id string) (*types.Invalidation, error) {
	distribution := c.reader.spec.DistributionID
	out, err := askFront(ctx, c.reader, asking{op: getInvalidation}, (*cloudfront.Client).GetInvalidation,
		&cloudfront.GetInvalidationInput{DistributionId: &distribution, Id: &id})
	switch {
	case err != nil:
		return nil, err
	case out.Invalidation == nil:
		return nil, fault.New(fault.Unreadable, getInvalidation, distribution, errors.New("there is no invalidation in the answer"))
	}
	return out.Invalidation, nil
}

func (c *Changer) knowInvalidation(reference, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.invalidations[reference] = id
}
