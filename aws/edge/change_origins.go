package edge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go"

	"lifeboat/aws/fault"
)

// Distribution reads the distribution, with its ETag and the regions that its origins lead to. Where those are names of
// the zone, Cloudflare is asked beside CloudFront; when it does not answer, the records hold that were read last.
func (c *Changer) Distribution(ctx context.Context) (Distribution, error) {
	var d Distribution
	var err error
	var both sync.WaitGroup
	both.Go(fault.Caught(func() { d, err = c.reader.distribution(ctx) }))
	both.Go(fault.Caught(func() { _, _ = c.allRecords(ctx) }))
	both.Wait()
	c.mu.Lock()
	s := c.reader.signposts(c.records)
	c.mu.Unlock()
	s.mark(d.Origins)
	return d, err
}

// Deployed says whether the distribution's newest configuration is the one that answers everywhere.
func (c *Changer) Deployed(ctx context.Context) (bool, error) {
	d, err := c.reader.distribution(ctx)
	return d.Status == "Deployed", err
}

// SwitchOrigins makes the changes, and changes nothing else: it reads the configuration, sets the behaviours' targets and
// writes it back, if it still is the one of d. A d that is no longer current is fault.Refused: somebody else changed the
// distribution meanwhile. So are a change that does not fit it, and a configuration of which Lifeboat would lose a part
// that it does not know. Where all changes hold already nothing is written.
func (c *Changer) SwitchOrigins(ctx context.Context, d Distribution, changes []OriginChange) error {
	id := c.reader.spec.DistributionID
	whole := keeper{id: id}
	config, etag, err := c.configuration(ctx, whole.reading)
	if err != nil {
		return err
	}
	if etag != d.ETag {
		return refusedUpdate(id, errElse)
	}
	changed, err := retarget(config, id, changes)
	switch {
	case err != nil:
		return refusedUpdate(id, err)
	case !changed:
		return nil
	}
	in := &cloudfront.UpdateDistributionInput{Id: &id, IfMatch: &etag, DistributionConfig: config}
	_, err = askFront(ctx, c.reader, asking{op: updateDistribution, by: c.reader.spec.By, changes: true},
		(*cloudfront.Client).UpdateDistribution, in, whole.writing)
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains([]string{"PreconditionFailed", "InvalidIfMatchVersion"}, api.ErrorCode()) {
		return refusedUpdate(id, errElse)
	}
	return err
}

// configuration reads what the distribution's owner has decided, and the ETag to change it with.
func (c *Changer) configuration(ctx context.Context, options ...func(*cloudfront.Options)) (*types.DistributionConfig, string, error) {
	id := c.reader.spec.DistributionID
	in := &cloudfront.GetDistributionConfigInput{Id: &id}
	out, err := askFront(ctx, c.reader, asking{op: getDistributionConfig}, (*cloudfront.Client).GetDistributionConfig, in, options...)
	if err == nil && out.DistributionConfig == nil {
		err = fault.New(fault.Unreadable, getDistributionConfig, id, errors.New("there is no configuration in the answer"))
	}
	if err != nil {
		return nil, "", err
	}
	return out.DistributionConfig, text(out.ETag), nil
}

// errElse is why an ETag no longer holds.
var errElse = errors.New("somebody else changed the distribution meanwhile: look again")

func refusedUpdate(id string, cause error) error {
	return fault.New(fault.Refused, updateDistribution, id, cause)
}

// retarget makes the changes in a configuration; false where they are made already. It refuses one that does not fit.
func retarget(config *types.DistributionConfig, id string, changes []OriginChange) (changed bool, err error) {
	for _, c := range changes {
		target := targetOf(config, c.Path)
		switch {
		case c.Distribution != id:
			return false, fmt.Errorf("the change is one of the distribution %s", c.Distribution)
		case target == nil:
			return false, fmt.Errorf("it has no behavior %s", c.Path)
		case !hasOrigin(config, c.To):
			return false, fmt.Errorf("it has no origin %s", c.To)
		case text(*target) == c.To:
			continue
		case text(*target) != c.From:
			return false, fmt.Errorf("the behavior %s targets %s, not %s: somebody else changed it", c.Path, text(*target), c.From)
		case !hasOrigin(config, c.From):
			return false, fmt.Errorf("the behavior %s targets the origin group %s", c.Path, c.From)
		}
		*target, changed = awssdk.String(c.To), true
	}
	return changed, nil
}

// targetOf is where a behaviour's target stands in a configuration; nil where there is no such behaviour.
func targetOf(config *types.DistributionConfig, path string) **string {
	if path == "*" && config.DefaultCacheBehavior != nil {
		return &config.DefaultCacheBehavior.TargetOriginId
	}
	if config.CacheBehaviors == nil {
		return nil
	}
	list := config.CacheBehaviors.Items
	i := slices.IndexFunc(list, func(b types.CacheBehavior) bool { return text(b.PathPattern) == path })
	if i < 0 {
		return nil
	}
	return &list[i].TargetOriginId
}

func hasOrigin(config *types.DistributionConfig, id string) bool {
	return config.Origins != nil && slices.ContainsFunc(config.Origins.Items, func(o types.Origin) bool { return text(o.Id) == id })
}
