package api

import (
	"slices"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var scalingOperations = map[string]operation{
	"DescribeScalableTargets": describeScalableTargets,
	"RegisterScalableTarget":  registerScalableTarget,
}

const ecsCount = "ecs:service:DesiredCount"

func describeScalableTargets(c *call) (wire.Struct, error) {
	if c.in.String("ServiceNamespace") == "" {
		return nil, wire.Refuse("ValidationException", "ServiceNamespace must be given")
	}
	ids, dimension := c.in.Strings("ResourceIds"), c.in.String("ScalableDimension")
	if len(ids) > 50 {
		return nil, wire.Refuse("ValidationException", "ResourceIds cannot have more than 50 elements")
	}
	var found []*cloud.ScalableTarget
	for _, t := range c.region.ScalableTargets {
		if c.in.String("ServiceNamespace") == "ecs" && (len(ids) == 0 || slices.Contains(ids, t.ResourceID)) && (dimension == "" || dimension == ecsCount) {
			found = append(found, t)
		}
	}
	page, next, err := cut(c.in, paging{"NextToken", "MaxResults", 50}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"ScalableTargets", wire.Each("member", page, func(t *cloud.ScalableTarget) wire.Struct { return scalableTargetOf(c.region, t) })}, {"NextToken", next}}, nil
}

func scalableTargetOf(r *cloud.Region, t *cloud.ScalableTarget) wire.Struct {
	return wire.Struct{
		{"ServiceNamespace", "ecs"}, {"ResourceId", t.ResourceID}, {"ScalableDimension", ecsCount},
		{"MinCapacity", t.Min}, {"MaxCapacity", t.Max}, {"RoleARN", t.Role}, {"CreationTime", t.Created},
		{"ScalableTargetARN", t.ARN(r)},
		{"SuspendedState", wire.Struct{
			{"DynamicScalingInSuspended", t.Suspended.In}, {"DynamicScalingOutSuspended", t.Suspended.Out},
			{"ScheduledScalingSuspended", t.Suspended.Scheduled},
		}},
	}
}
