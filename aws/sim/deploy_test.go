package sim

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
)

func TestUsersMeetTheOldConfigurationUntilTheNewOneIsDeployed(t *testing.T) {
	inWorld(t, Options{Speed: 2}, func(t *testing.T, w *world) {
		d := w.Description().Edge
		client := cloudfront.NewFromConfig(w.config(west))
		read, err := client.GetDistributionConfig(t.Context(), &cloudfront.GetDistributionConfigInput{Id: &d.Distribution})
		if err != nil {
			t.Fatal(err)
		}
		read.DistributionConfig.CacheBehaviors.Items[0].TargetOriginId = aws.String("standby")
		if _, err := client.UpdateDistribution(t.Context(), &cloudfront.UpdateDistributionInput{
			Id: &d.Distribution, IfMatch: read.ETag, DistributionConfig: read.DistributionConfig,
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(89 * time.Second) // 3 minutes at twice the speed are 90 s
		if at := w.health(t, d.API.URL, ""); at != "primary" {
			t.Errorf("before it is deployed the API is served by %s", at)
		}
		time.Sleep(62 * time.Second)
		if at := w.health(t, d.API.URL, ""); at != "dr" {
			t.Errorf("when it is deployed the API is served by %s", at)
		}
	})
}
