package api

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"lifeboat/aws/sim/cloud"
)

func TestTheDistributionBridgesPagesAndSendsTheAPIToOneOrigin(t *testing.T) {
	s := newSim(t, 0)
	client := cloudfront.NewFromConfig(s.config(east))
	list := must[*cloudfront.ListDistributionsOutput](t)(client.ListDistributions(ctx, &cloudfront.ListDistributionsInput{})).DistributionList
	expect(t, "distributions", len(list.Items), 1)
	expect(t, "truncated", *list.IsTruncated, false)
	got := must[*cloudfront.GetDistributionOutput](t)(client.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: list.Items[0].Id}))
	expect(t, "status", *got.Distribution.Status, "Deployed")
	out := must[*cloudfront.GetDistributionConfigOutput](t)(client.GetDistributionConfig(ctx, &cloudfront.GetDistributionConfigInput{Id: list.Items[0].Id}))
	expect(t, "ETag", *out.ETag, *got.ETag)
	c := out.DistributionConfig
	expect(t, "origin", *c.Origins.Items[0].DomainName, "origin.davidshaevel.com")
	expect(t, "origin's protocol", c.Origins.Items[0].CustomOriginConfig.OriginProtocolPolicy, "https-only")
	standby := in(s, west, func(w *cloud.World, r *cloud.Region) string { return r.Balancers[0].DNSName })
	expect(t, "standby", *c.Origins.Items[1].DomainName, standby)
	group := c.OriginGroups.Items[0]
	expect(t, "criteria", len(group.FailoverCriteria.StatusCodes.Items), 4)
	expect(t, "pages", *c.DefaultCacheBehavior.TargetOriginId, *group.Id)
	expect(t, "pages' methods", *c.DefaultCacheBehavior.AllowedMethods.Quantity, 3)
	api := c.CacheBehaviors.Items[0]
	expect(t, "API", *api.PathPattern+" "+*api.TargetOriginId, "/api/* origin")
	expect(t, "API's methods", *api.AllowedMethods.Quantity, 7)
	expect(t, "aliases", strings.Join(c.Aliases.Items, " "), "davidshaevel.com www.davidshaevel.com")
}

func TestADistributionThatDoesNotExist(t *testing.T) {
	s := newSim(t, 0)
	_, err := cloudfront.NewFromConfig(s.config(east)).GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: aws.String("ENOTHING")})
	refused(t, err, "NoSuchDistribution")
}

func TestCloudFrontsControlPlaneGoesDarkWithItsHome(t *testing.T) {
	s := newSim(t, 0)
	client := cloudfront.NewFromConfig(s.config(west)) // signed for another region, as behind an endpoint override
	must[*cloudfront.ListDistributionsOutput](t)(client.ListDistributions(ctx, &cloudfront.ListDistributionsInput{}))
	if err := s.Do("control-plane", east); err != nil {
		t.Fatal(err)
	}
	_, err := client.ListDistributions(ctx, &cloudfront.ListDistributionsInput{})
	refused(t, err, "ServiceUnavailable")
}
