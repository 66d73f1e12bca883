package edge

import (
	"slices"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

func TestWhatTheStackHasNoWordForIsNamed(t *testing.T) {
	yes, one, word := awssdk.Bool(true), awssdk.Int32(1), awssdk.String
	config := &types.DistributionConfig{
		Comment: word("shop"), PriceClass: types.PriceClassPriceClass200, WebACLId: word("acl"), DefaultRootObject: word("index.html"),
		Logging:              &types.LoggingConfig{Enabled: yes},
		CustomErrorResponses: &types.CustomErrorResponses{Quantity: one},
		Restrictions:         &types.Restrictions{GeoRestriction: &types.GeoRestriction{RestrictionType: types.GeoRestrictionTypeBlacklist}},
		Origins: &types.Origins{Items: []types.Origin{
			{Id: word("alb"), CustomOriginConfig: &types.CustomOriginConfig{}, CustomHeaders: &types.CustomHeaders{Quantity: one}},
			{Id: word("assets"), S3OriginConfig: &types.S3OriginConfig{}},
		}},
		CacheBehaviors: &types.CacheBehaviors{Items: []types.CacheBehavior{{
			PathPattern: word("/api/*"), CachePolicyId: word("none"), OriginRequestPolicyId: word("all"), ViewerProtocolPolicy: types.ViewerProtocolPolicyHttpsOnly, Compress: yes,
			FunctionAssociations: &types.FunctionAssociations{Quantity: one},
		}}},
		DefaultCacheBehavior: &types.DefaultCacheBehavior{ResponseHeadersPolicyId: word("cors")},
	}
	d := Distribution{ID: "E1", Behaviors: []Behavior{{Path: "/api/*", Target: "alb", Methods: []string{"GET", "POST"}}, {Path: "*", Target: "alb", Methods: []string{"GET"}}}}
	o := ownedOf(d, config)
	want := []string{
		"access logs", "custom error responses", "geographic restrictions", "headers of its own for the origin alb", "the origin assets, which is no web server",
		"the functions of /api/*", "the cache settings of *, which are no cache policy", "the response headers of *",
	}
	if !slices.Equal(o.Lost, want) {
		t.Errorf("%q, want %q", o.Lost, want)
	}
	if o.Comment != "shop" || o.PriceClass != "PriceClass_200" || o.WebACL != "acl" || o.RootObject != "index.html" || len(o.Handling) != 2 {
		t.Errorf("%+v", o)
	}
	if api := o.Handling[0]; api.Path != "/api/*" || api.CachePolicy != "none" || api.RequestPolicy != "all" || api.Protocol != "https-only" || !api.Compress || len(api.Methods) != 2 {
		t.Errorf("%+v", api)
	}
}
