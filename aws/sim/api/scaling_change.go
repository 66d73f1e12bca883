package api

import (
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

func registerScalableTarget(c *call) (wire.Struct, error) {
	if err := c.only("RegisterScalableTarget", "ServiceNamespace", "ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity",
		"RoleARN", "SuspendedState"); err != nil {
		return nil, err
	}
	if c.in.String("ServiceNamespace") != "ecs" || c.in.String("ScalableDimension") != ecsCount {
		return nil, wire.Refuse("ValidationException", "Unsupported service namespace, resource type or scalable dimension")
	}
	change := cloud.ScalingChange{Min: c.number("MinCapacity"), Max: c.number("MaxCapacity")}
	if c.in.Has("SuspendedState") {
		held := c.in.In("SuspendedState")
		change.Suspended = &cloud.Suspended{
			In: held.Bool("DynamicScalingInSuspended", false), Out: held.Bool("DynamicScalingOutSuspended", false),
			Scheduled: held.Bool("ScheduledScalingSuspended", false),
		}
	}
	t, err := c.RegisterScalableTarget(c.region, c.in.String("ResourceId"), change)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"ScalableTargetARN", t.ARN(c.region)}}, nil
}
