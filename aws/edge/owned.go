package edge

import (
	"context"
	"errors"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"lifeboat/aws/fault"
)

// Owned is a distribution as its owner made it: what the stack keeps of it when it takes it over, and what it has no word for.
type Owned struct {
	Distribution
	Comment, PriceClass, RootObject, WebACL string
	Handling                                []Handling // of each behaviour, in CloudFront's order, the default ("*") last
	// Lost is what the stack's distribution cannot have, in words: taking it over would take these away.
	Lost []string
}

// Handling is how a behaviour caches and passes on.
type Handling struct {
	Behavior
	CachePolicy, RequestPolicy string // ids
	Protocol                   string // redirect-to-https, ...
	Compress                   bool
}

// Owned reads the distribution as its owner made it (cloudfront:GetDistribution and GetDistributionConfig).
func (c *Changer) Owned(ctx context.Context) (Owned, error) {
	d, err := c.Distribution(ctx)
	if err != nil {
		return Owned{}, err
	}
	config, etag, err := c.configuration(ctx)
	if err != nil {
		return Owned{}, err
	}
	if etag != d.ETag {
		return Owned{}, fault.New(fault.Unavailable, getDistributionConfig, d.ID, errors.New("it was changed while it was read: read it again"))
	}
	return ownedOf(d, config), nil
}

func ownedOf(d Distribution, c *types.DistributionConfig) Owned {
	o := Owned{Distribution: d, Comment: text(c.Comment), PriceClass: string(c.PriceClass), RootObject: text(c.DefaultRootObject), WebACL: text(c.WebACLId)}
	lose := func(lost bool, what string) {
		if lost && !slices.Contains(o.Lost, what) {
			o.Lost = append(o.Lost, what)
		}
	}
	lose(c.Logging != nil && awssdk.ToBool(c.Logging.Enabled), "access logs")
	lose(c.CustomErrorResponses != nil && awssdk.ToInt32(c.CustomErrorResponses.Quantity) > 0, "custom error responses")
	lose(c.Restrictions != nil && c.Restrictions.GeoRestriction != nil && c.Restrictions.GeoRestriction.RestrictionType != types.GeoRestrictionTypeNone, "geographic restrictions")
	if c.Origins != nil {
		for _, from := range c.Origins.Items {
			id := text(from.Id)
			lose(from.CustomOriginConfig == nil, "the origin "+id+", which is no web server")
			lose(from.CustomHeaders != nil && awssdk.ToInt32(from.CustomHeaders.Quantity) > 0, "headers of its own for the origin "+id)
			lose(text(from.OriginPath) != "", "the path of the origin "+id)
			lose(from.OriginShield != nil && awssdk.ToBool(from.OriginShield.Enabled), "the shield of the origin "+id)
		}
		lose(len(c.Origins.Items) > 2, "more than two origins")
	}
	for _, b := range eachBehavior(c) {
		i := slices.IndexFunc(d.Behaviors, func(known Behavior) bool { return known.Path == b.path })
		if i < 0 {
			continue
		}
		o.Handling = append(o.Handling, Handling{
			Behavior: d.Behaviors[i], CachePolicy: text(b.cache), RequestPolicy: text(b.request), Protocol: string(b.protocol), Compress: awssdk.ToBool(b.compress),
		})
		lose(text(b.cache) == "", "the cache settings of "+b.path+", which are no cache policy")
		lose(text(b.headers) != "", "the response headers of "+b.path)
		lose(b.functions != nil && awssdk.ToInt32(b.functions.Quantity) > 0 || b.lambdas != nil && awssdk.ToInt32(b.lambdas.Quantity) > 0, "the functions of "+b.path)
		lose(b.keys != nil && awssdk.ToBool(b.keys.Enabled) || b.signers != nil && awssdk.ToBool(b.signers.Enabled), "the signed requests of "+b.path)
		lose(text(b.encryption) != "", "the field encryption of "+b.path)
		lose(text(b.log) != "", "the real-time log of "+b.path)
	}
	return o
}

// behaviorParts are what CacheBehavior and DefaultCacheBehavior, two types, have in common.
type behaviorParts struct {
	path                                     string
	cache, request, headers, encryption, log *string
	protocol                                 types.ViewerProtocolPolicy
	compress                                 *bool
	functions                                *types.FunctionAssociations
	lambdas                                  *types.LambdaFunctionAssociations
	keys                                     *types.TrustedKeyGroups
	signers                                  *types.TrustedSigners
}

func eachBehavior(c *types.DistributionConfig) (list []behaviorParts) {
	if c.CacheBehaviors != nil {
		for _, b := range c.CacheBehaviors.Items {
			list = append(list, behaviorParts{
				text(b.PathPattern), b.CachePolicyId, b.OriginRequestPolicyId, b.ResponseHeadersPolicyId, b.FieldLevelEncryptionId, b.RealtimeLogConfigArn,
				b.ViewerProtocolPolicy, b.Compress, b.FunctionAssociations, b.LambdaFunctionAssociations, b.TrustedKeyGroups, b.TrustedSigners,
			})
		}
	}
	if b := c.DefaultCacheBehavior; b != nil {
		list = append(list, behaviorParts{
			"*", b.CachePolicyId, b.OriginRequestPolicyId, b.ResponseHeadersPolicyId, b.FieldLevelEncryptionId, b.RealtimeLogConfigArn,
			b.ViewerProtocolPolicy, b.Compress, b.FunctionAssociations, b.LambdaFunctionAssociations, b.TrustedKeyGroups, b.TrustedSigners,
		})
	}
	return list
}
