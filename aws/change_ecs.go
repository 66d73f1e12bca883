package aws

import (
	"context"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// SetScaling sets the floor and the ceiling of a service's count, and makes it a target of autoscaling if it is none. Zero
// and zero hold it at nothing.
func (c *Changer) SetScaling(ctx context.Context, cluster, service string, floor, ceiling int) error {
	l := c.change.look(ctx)
	return change(ctx, l, "application-autoscaling:RegisterScalableTarget", cluster+"/"+service, l.api.scaling.RegisterScalableTarget,
		&applicationautoscaling.RegisterScalableTargetInput{
			ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
			ResourceId:  awssdk.String(resourceID(cluster, service)),
			MinCapacity: awssdk.Int32(int32(floor)), MaxCapacity: awssdk.Int32(int32(ceiling)),
		})
}

// SetDesired sets how many tasks a service wants and, where grace is given, its health-check grace period; ECS refuses one
// for a service without a balancer.
func (c *Changer) SetDesired(ctx context.Context, cluster, service string, n int, grace *time.Duration) error {
	in := &ecs.UpdateServiceInput{DesiredCount: awssdk.Int32(int32(n))}
	if grace != nil {
		in.HealthCheckGracePeriodSeconds = inSeconds(*grace)
	}
	return c.updateService(ctx, cluster, service, in)
}

// SetGrace sets how long ECS passes over what the balancer finds of a service's new tasks, in whole seconds.
func (c *Changer) SetGrace(ctx context.Context, cluster, service string, grace time.Duration) error {
	return c.updateService(ctx, cluster, service, &ecs.UpdateServiceInput{HealthCheckGracePeriodSeconds: inSeconds(grace)})
}

// Deploy begins a new deployment of what the service runs already: new tasks in place of all of its tasks.
func (c *Changer) Deploy(ctx context.Context, cluster, service string) error {
	return c.updateService(ctx, cluster, service, &ecs.UpdateServiceInput{ForceNewDeployment: true})
}

func (c *Changer) updateService(ctx context.Context, cluster, service string, in *ecs.UpdateServiceInput) error {
	in.Cluster, in.Service = &cluster, &service
	l := c.change.look(ctx)
	return change(ctx, l, "ecs:UpdateService", cluster+"/"+service, l.api.ecs.UpdateService, in)
}

func inSeconds(d time.Duration) *int32 { return awssdk.Int32(int32(d.Seconds())) }
