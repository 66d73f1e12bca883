package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"lifeboat/aws/sim/cloud"
)

// changes is one changing call in each protocol, and whether it has taken effect.
var changes = map[string]struct {
	service, action string
	do              func(ctx context.Context, b *bubble, t *testing.T) error
	done            func(w *cloud.World) bool
}{
	"json": {"ecs", "UpdateService", func(ctx context.Context, b *bubble, _ *testing.T) error {
		_, err := b.ecs(west).UpdateService(ctx, &ecs.UpdateServiceInput{Cluster: clusterIn(west), Service: aws.String(backend), DesiredCount: aws.Int32(3)})
		return err
	}, func(w *cloud.World) bool { return w.Region(west).Service(backend).Desired == 3 }},
	"query": {"rds", "PromoteReadReplica", func(ctx context.Context, b *bubble, _ *testing.T) error {
		_, err := b.rds(west).PromoteReadReplica(ctx, &rds.PromoteReadReplicaInput{DBInstanceIdentifier: aws.String(standby)})
		return err
	}, func(w *cloud.World) bool { return w.Region(west).Database(standby).Status == "modifying" }},
	"rest": {"cloudfront", "UpdateDistribution", func(ctx context.Context, b *bubble, t *testing.T) error {
		client, id, read := b.distribution(t)
		_, err := client.UpdateDistribution(ctx, &cloudfront.UpdateDistributionInput{Id: &id, IfMatch: read.ETag, DistributionConfig: read.DistributionConfig})
		return err
	}, func(w *cloud.World) bool { return w.Distributions[0].Status == "InProgress" }},
}

func TestACallWhoseAnswerIsLostHasTakenEffect(t *testing.T) {
	for name, x := range changes {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bubble) {
				b.direct(t, "lost-answer", x.service, x.action)
				short, cancel := context.WithTimeout(ctx, 20*time.Second)
				defer cancel()
				began := time.Now()
				if err := x.do(short, b, t); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("answered with %v", err)
				}
				expect(t, "waited", time.Since(began), 20*time.Second)
				b.Locked(func(w *cloud.World) { expect(t, "it has taken effect", x.done(w), true) })
				expect(t, "in force", strings.Join(b.InForce(), ""), "lost-answer "+x.service+" "+x.action)
				b.direct(t, "restore")
				if err := x.do(ctx, b, t); errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("after restore: %v", err)
				}
			})
		})
	}
}

func TestAnAnswerThatBreaksOffIsAnErrorAndTheCallHasTakenEffect(t *testing.T) {
	for name, x := range changes {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bubble) {
				b.direct(t, "cut-answer", x.service, x.action, "1")
				if err := x.do(ctx, b, t); err == nil {
					t.Error("half an answer was taken for a whole one")
				}
				b.Locked(func(w *cloud.World) { expect(t, "it has taken effect", x.done(w), true) })
				expect(t, "in force after the one call", len(b.InForce()), 0)
			})
		})
	}
}

func TestAnAnswerIsLostSoManyTimesAndNoMore(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.direct(t, "lost-answer", "ecs", "UpdateService", "2")
		for n := range 3 {
			short, cancel := context.WithTimeout(ctx, time.Second)
			err := changes["json"].do(short, b, t)
			cancel()
			expect(t, "lost", errors.Is(err, context.DeadlineExceeded), n < 2)
		}
		expect(t, "in force", len(b.InForce()), 0)
	})
}
