package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
)

const targetsADescribe = 50 // AWS's bound for a page

// scaling reads the floors and ceilings of the services' desired counts. A service without autoscaling is left out.
func (l *look) scaling(ctx context.Context) ([]ScalingTarget, error) {
	clusters, err := l.clusterNames(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range clusters {
		for _, s := range c.Services {
			ids = append(ids, resourceID(c.Name, s))
		}
	}
	return l.scalingOf(ctx, ids)
}

// scalingOf reads targets by their resource ids, service/CLUSTER/SERVICE.
func (l *look) scalingOf(ctx context.Context, ids []string) ([]ScalingTarget, error) {
	batches := slices.Collect(slices.Chunk(ids, targetsADescribe))
	return gather(len(batches), func(i int) ([]ScalingTarget, error) {
		list, err := pages(ctx, l, "application-autoscaling:DescribeScalableTargets", "",
			applicationautoscaling.NewDescribeScalableTargetsPaginator(l.api.scaling, &applicationautoscaling.DescribeScalableTargetsInput{
				ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
				ResourceIds: batches[i],
			}))
		var targets []ScalingTarget
		for _, page := range list {
			for _, t := range page.ScalableTargets {
				if v, ok := scalingTargetOf(t); ok {
					targets = append(targets, v)
				}
			}
		}
		return targets, err
	})
}

// resourceID is what Application Auto Scaling calls a service.
func resourceID(cluster, service string) string { return "service/" + cluster + "/" + service }

func scalingTargetOf(t types.ScalableTarget) (ScalingTarget, bool) {
	words := strings.Split(awssdk.ToString(t.ResourceId), "/")
	if len(words) != 3 {
		return ScalingTarget{}, false
	}
	return ScalingTarget{
		Cluster: words[1], Service: words[2], Min: int(awssdk.ToInt32(t.MinCapacity)), Max: int(awssdk.ToInt32(t.MaxCapacity)),
	}, true
}
