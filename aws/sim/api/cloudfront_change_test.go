package api

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"lifeboat/aws/sim/cloud"
)

// distribution is the estate's, with the ETag to change it.
func (b *bubble) distribution(t *testing.T) (client *cloudfront.Client, id string, out *cloudfront.GetDistributionConfigOutput) {
	t.Helper()
	client = cloudfront.NewFromConfig(b.config(west))
	b.Locked(func(w *cloud.World) { id = w.Distributions[0].ID })
	out = must[*cloudfront.GetDistributionConfigOutput](t)(client.GetDistributionConfig(ctx, &cloudfront.GetDistributionConfigInput{Id: &id}))
	return client, id, out
}

// live is the balancer's region that API requests go to through the CDN, as it answers now.
func (b *bubble) live() (origin string) {
	b.Locked(func(w *cloud.World) { origin = w.Distributions[0].Live().BehaviorFor("/api/health").Target })
	return origin
}

func TestADistributionIsReadBackAsItWasWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client, id, read := b.distribution(t)
		out := must[*cloudfront.UpdateDistributionOutput](t)(client.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
			Id: &id, IfMatch: read.ETag, DistributionConfig: read.DistributionConfig,
		}))
		_, _, again := b.distribution(t)
		expect(t, "comment", *again.DistributionConfig.Comment, *read.DistributionConfig.Comment)
		expect(t, "aliases", strings.Join(again.DistributionConfig.Aliases.Items, " "), strings.Join(read.DistributionConfig.Aliases.Items, " "))
		expect(t, "methods", len(again.DistributionConfig.CacheBehaviors.Items[0].AllowedMethods.Items), 7)
		expect(t, "ETag", *again.ETag, *out.ETag)
		if *out.ETag == *read.ETag {
			t.Error("the ETag has not changed")
		}
	})
}

func TestTheOldConfigurationAnswersUntilTheNewOneIsDeployed(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client, id, read := b.distribution(t)
		read.DistributionConfig.CacheBehaviors.Items[0].TargetOriginId = aws.String("standby")
		out := must[*cloudfront.UpdateDistributionOutput](t)(client.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{
			Id: &id, IfMatch: read.ETag, DistributionConfig: read.DistributionConfig,
		}))
		expect(t, "status", *out.Distribution.Status, "InProgress")
		_, _, shown := b.distribution(t)
		expect(t, "shown", *shown.DistributionConfig.CacheBehaviors.Items[0].TargetOriginId, "standby")
		expect(t, "answering", b.live(), "origin")
		began := time.Now()
		for b.live() == "origin" {
			time.Sleep(time.Second)
			if time.Since(began) > time.Hour {
				t.Fatal("it was never deployed")
			}
		}
		if took := time.Since(began); took < 3*time.Minute || took > 5*time.Minute {
			t.Errorf("it took %s", took)
		}
		d := must[*cloudfront.GetDistributionOutput](t)(client.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id}))
		expect(t, "status in the end", *d.Distribution.Status, "Deployed")
	})
}

func TestCloudFrontRefusesInItsOwnWords(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		for name, x := range map[string]struct {
			code, words string
			change      func(in *cloudfront.UpdateDistributionInput)
		}{
			"no ETag":     {"InvalidIfMatchVersion", "If-Match", func(in *cloudfront.UpdateDistributionInput) { in.IfMatch = nil }},
			"an old ETag": {"PreconditionFailed", "preconditions", func(in *cloudfront.UpdateDistributionInput) { in.IfMatch = aws.String("EOLD") }},
			"another one": {"NoSuchDistribution", "does not exist", func(in *cloudfront.UpdateDistributionInput) { in.Id = aws.String("ENOTHING") }},
			"writes through a group": {"InvalidArgument",
				"The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group",
				func(in *cloudfront.UpdateDistributionInput) {
					in.DistributionConfig.CacheBehaviors.Items[0].TargetOriginId = aws.String("pages")
				}},
			"an origin that is not there": {"NoSuchOrigin", "N/A", func(in *cloudfront.UpdateDistributionInput) {
				in.DistributionConfig.CacheBehaviors.Items[0].TargetOriginId = aws.String("N/A")
			}},
			"another reference": {"IllegalUpdate", "CallerReference", func(in *cloudfront.UpdateDistributionInput) {
				in.DistributionConfig.CallerReference = aws.String("mine")
			}},
			"a wrong count": {"InconsistentQuantities", "Quantity", func(in *cloudfront.UpdateDistributionInput) {
				in.DistributionConfig.Origins.Quantity = aws.Int32(1)
			}},
			"what the model would forget": {"NotImplemented", "Origins.Items.Origin", func(in *cloudfront.UpdateDistributionInput) {
				in.DistributionConfig.Origins.Items[0].OriginPath = aws.String("/v2")
			}},
		} {
			client, id, read := b.distribution(t)
			in := &cloudfront.UpdateDistributionInput{Id: &id, IfMatch: read.ETag, DistributionConfig: read.DistributionConfig}
			x.change(in)
			_, err := client.UpdateDistribution(ctx, in)
			refused(t, err, x.code)
			if err == nil || !strings.Contains(err.Error(), x.words) {
				t.Errorf("%s: %v", name, err)
			}
			_, _, after := b.distribution(t)
			expect(t, name+": ETag", *after.ETag, *read.ETag)
		}
	})
}

func TestAnInvalidationEndsAndItsReferenceCountsOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client, id, _ := b.distribution(t)
		invalidate := func(reference, path string) (*types.Invalidation, error) {
			out, err := client.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{DistributionId: &id, InvalidationBatch: &types.InvalidationBatch{
				CallerReference: &reference, Paths: &types.Paths{Quantity: aws.Int32(1), Items: []string{path}},
			}})
			if err != nil {
				return nil, err
			}
			return out.Invalidation, nil
		}
		first := must[*types.Invalidation](t)(invalidate("run-1", "/*"))
		again := must[*types.Invalidation](t)(invalidate("run-1", "/*"))
		expect(t, "asked for again", *again.Id, *first.Id)
		_, err := invalidate("run-1", "/other")
		refused(t, err, "InvalidArgument")
		_, err = invalidate("run-2", "no-slash")
		refused(t, err, "InvalidArgument")
		status := func() string {
			return *must[*cloudfront.GetInvalidationOutput](t)(client.GetInvalidation(ctx, &cloudfront.GetInvalidationInput{DistributionId: &id, Id: first.Id})).Invalidation.Status
		}
		expect(t, "at first", status(), "InProgress")
		d := must[*cloudfront.GetDistributionOutput](t)(client.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id}))
		expect(t, "in progress", *d.Distribution.InProgressInvalidationBatches, 1)
		time.Sleep(2 * time.Minute)
		expect(t, "two minutes later", status(), "Completed")
		_, err = client.GetInvalidation(ctx, &cloudfront.GetInvalidationInput{DistributionId: &id, Id: aws.String("INOTHING")})
		refused(t, err, "NoSuchInvalidation")
	})
}

func TestInvalidationsAreListedNewestFirstWithoutTheirReferences(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client, id, _ := b.distribution(t)
		var made []string
		for _, reference := range []string{"run-1", "run-2", "run-3"} {
			out := must[*cloudfront.CreateInvalidationOutput](t)(client.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{DistributionId: &id, InvalidationBatch: &types.InvalidationBatch{
				CallerReference: &reference, Paths: &types.Paths{Quantity: aws.Int32(1), Items: []string{"/*"}},
			}}))
			made = append([]string{*out.Invalidation.Id}, made...)
		}
		pages := cloudfront.NewListInvalidationsPaginator(client, &cloudfront.ListInvalidationsInput{DistributionId: &id, MaxItems: aws.Int32(2)})
		var listed []string
		for pages.HasMorePages() {
			out := must[*cloudfront.ListInvalidationsOutput](t)(pages.NextPage(ctx))
			for _, i := range out.InvalidationList.Items {
				listed = append(listed, *i.Id)
				expect(t, "status", *i.Status, "InProgress")
			}
		}
		expect(t, "listed", strings.Join(listed, " "), strings.Join(made, " "))
	})
}

func TestCloudFrontsControlPlaneGoesDarkWithItsRegion(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client, id, read := b.distribution(t)
		b.direct(t, "control-plane", east)
		_, err := client.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{Id: &id, IfMatch: read.ETag, DistributionConfig: read.DistributionConfig})
		refused(t, err, "ServiceUnavailable")
	})
}
