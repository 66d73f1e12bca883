package api

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"lifeboat/aws/sim/cloud"
)

func (b *bubble) update(t *testing.T, region, name string, change ecs.UpdateServiceInput) *types.Service {
	t.Helper()
	change.Cluster, change.Service = clusterIn(region), &name
	return must[*ecs.UpdateServiceOutput](t)(b.ecs(region).UpdateService(ctx, &change)).Service
}

// bounds registers a scalable target's minimum and maximum.
func (b *bubble) bounds(region, name string, least, most int32) error {
	_, err := applicationautoscaling.NewFromConfig(b.config(region)).RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		ResourceId: aws.String("service/" + *clusterIn(region) + "/" + name), MinCapacity: &least, MaxCapacity: &most,
	})
	return err
}

// healthy counts a service's healthy targets.
func (b *bubble) healthy(t *testing.T, s types.Service) int {
	t.Helper()
	out := must[*elb.DescribeTargetHealthOutput](t)(elb.NewFromConfig(b.config(west)).DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{
		TargetGroupArn: s.LoadBalancers[0].TargetGroupArn,
	}))
	n := 0
	for _, d := range out.TargetHealthDescriptions {
		if d.TargetHealth.State == elbtypes.TargetHealthStateEnumHealthy {
			n++
		}
	}
	return n
}

func TestARaisedCountIsReachedInACredibleTimeAndTheTargetsFollow(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		s := b.update(t, west, backend, ecs.UpdateServiceInput{DesiredCount: aws.Int32(3), HealthCheckGracePeriodSeconds: aws.Int32(600)})
		expect(t, "desired at once", s.DesiredCount, 3)
		expect(t, "grace", *s.HealthCheckGracePeriodSeconds, 600)
		expect(t, "deployments", len(s.Deployments), 1)
		began := time.Now()
		for s := b.service(t, west, backend); s.RunningCount < 3; s = b.service(t, west, backend) {
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took < 40*time.Second || took > 70*time.Second {
			t.Errorf("three tasks ran after %s", took)
		}
		expect(t, "healthy when they run", b.healthy(t, b.service(t, west, backend)), 1)
		time.Sleep(61 * time.Second)
		expect(t, "healthy two checks later", b.healthy(t, b.service(t, west, backend)), 3)
		if e := *b.service(t, west, backend).Events[0].Message; !strings.Contains(e, "steady state") {
			t.Errorf("the last event is %q", e)
		}
	})
}

func TestAFencedServiceStaysDownAndItsConnectionsGoLast(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		const writer = "davidshaevel-dev-backend"
		connections := func() (n int) {
			b.Locked(func(w *cloud.World) { n = len(w.Connections(w.Region(east).Database(home))) })
			return n
		}
		expect(t, "connections before", connections(), 10)
		if err := b.bounds(east, writer, 0, 0); err != nil {
			t.Fatal(err)
		}
		b.update(t, east, writer, ecs.UpdateServiceInput{DesiredCount: aws.Int32(0)})
		expect(t, "running", b.service(t, east, writer).RunningCount, 0)
		expect(t, "connections of the tasks that are drained", connections(), 10)
		time.Sleep(time.Minute)
		expect(t, "connections when they have ended", connections(), 0)
		time.Sleep(2 * time.Minute)
		b.Locked(func(w *cloud.World) {
			m := cloud.Metric{Namespace: "AWS/RDS", Name: "DatabaseConnections", Dimensions: "DBInstanceIdentifier=" + home}
			d, _ := w.Region(east).Datapoints(m, w.Now().Add(-2*time.Minute), w.Now(), time.Minute, "Maximum")
			expect(t, "datapoints", len(d), 2)
			expect(t, "the newest", d[1].Value, 0)
		})
		time.Sleep(time.Hour)
		expect(t, "running an hour later", b.service(t, east, writer).RunningCount, 0)
	})
}

func TestACountOutsideItsBoundsIsPulledInAtTheNextEvaluation(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		if err := b.bounds(west, backend, 2, 3); err != nil {
			t.Fatal(err)
		}
		expect(t, "at once", b.service(t, west, backend).DesiredCount, 1)
		time.Sleep(time.Minute)
		expect(t, "raised to the floor", b.service(t, west, backend).DesiredCount, 2)
		b.update(t, west, backend, ecs.UpdateServiceInput{DesiredCount: aws.Int32(9)})
		expect(t, "above the ceiling, at once", b.service(t, west, backend).DesiredCount, 9)
		time.Sleep(time.Minute)
		expect(t, "lowered to the ceiling", b.service(t, west, backend).DesiredCount, 3)
	})
}

func TestANewDeploymentReplacesTheTasks(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		before := b.service(t, west, backend).Deployments[0].Id
		s := b.update(t, west, backend, ecs.UpdateServiceInput{ForceNewDeployment: true})
		expect(t, "deployments", len(s.Deployments), 2)
		expect(t, "under way", s.Deployments[0].RolloutState, types.DeploymentRolloutStateInProgress)
		time.Sleep(5 * time.Minute)
		after := b.service(t, west, backend).Deployments
		expect(t, "deployments in the end", len(after), 1)
		expect(t, "completed", after[0].RolloutState, types.DeploymentRolloutStateCompleted)
		if *after[0].Id == *before {
			t.Error("it is still the old one")
		}
	})
}

func TestARegisteredTaskDefinitionIsWhatWasSentAndCanBeDeployed(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client := b.ecs(west)
		d := must[*ecs.DescribeTaskDefinitionOutput](t)(client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(backend)})).TaskDefinition
		containers := d.ContainerDefinitions
		for i, e := range containers[0].Environment {
			if *e.Name == "DB_HOST" {
				containers[0].Environment[i].Value = aws.String("elsewhere")
			}
		}
		containers[0].LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{"awslogs-group": "/ecs/backend"}}
		input := &ecs.RegisterTaskDefinitionInput{
			Family: d.Family, Cpu: d.Cpu, Memory: d.Memory, NetworkMode: d.NetworkMode, RequiresCompatibilities: d.RequiresCompatibilities,
			ContainerDefinitions: containers, ExecutionRoleArn: aws.String("arn:aws:iam::1:role/execution"), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}},
		}
		made := must[*ecs.RegisterTaskDefinitionOutput](t)(client.RegisterTaskDefinition(ctx, input)).TaskDefinition
		expect(t, "revision", made.Revision, d.Revision+1)
		read := must[*ecs.DescribeTaskDefinitionOutput](t)(client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
			TaskDefinition: made.TaskDefinitionArn, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
		}))
		expect(t, "role", *read.TaskDefinition.ExecutionRoleArn, "arn:aws:iam::1:role/execution")
		expect(t, "logs", read.TaskDefinition.ContainerDefinitions[0].LogConfiguration.Options["awslogs-group"], "/ecs/backend")
		expect(t, "port", *read.TaskDefinition.ContainerDefinitions[0].PortMappings[0].ContainerPort, 3001)
		expect(t, "tag", *read.Tags[0].Value, "b")
		b.update(t, west, backend, ecs.UpdateServiceInput{TaskDefinition: made.TaskDefinitionArn})
		time.Sleep(2 * time.Minute)
		var a cloud.Answer
		b.Locked(func(w *cloud.World) {
			for _, task := range w.Region(west).Service(backend).Tasks() {
				if task.TaskDefinition.Revision == int(made.Revision) {
					a.Task = task.Last
				}
			}
		})
		expect(t, "the new task", a.Task, "RUNNING")
	})
}

func TestECSRefusesInItsOwnWords(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		client := b.ecs(west)
		for code, in := range map[string]ecs.UpdateServiceInput{
			"ClusterNotFoundException":   {Cluster: aws.String("nothing"), Service: aws.String(backend)},
			"ServiceNotFoundException":   {Service: aws.String("nothing")},
			"ClientException":            {Service: aws.String(backend), TaskDefinition: aws.String("nothing")},
			"InvalidParameterException":  {Service: aws.String(backend), DesiredCount: aws.Int32(-1)},
			"InvalidParameterException ": {Service: aws.String("davidshaevel-dr-prometheus"), HealthCheckGracePeriodSeconds: aws.Int32(60)},
			"InvalidParameterValue":      {Service: aws.String(backend), PropagateTags: types.PropagateTagsService},
		} {
			if in.Cluster == nil {
				in.Cluster = clusterIn(west)
			}
			_, err := client.UpdateService(ctx, &in)
			refused(t, err, strings.TrimSpace(code))
		}
		container := types.ContainerDefinition{Name: aws.String("a"), Image: aws.String("b")}
		for _, in := range []ecs.RegisterTaskDefinitionInput{
			{Family: aws.String("f"), Cpu: aws.String("256"), Memory: aws.String("512"), ContainerDefinitions: []types.ContainerDefinition{}},
			{Family: aws.String("f"), Cpu: aws.String("256"), Memory: aws.String("999"), ContainerDefinitions: []types.ContainerDefinition{container}},
			{Family: aws.String("f"), Cpu: aws.String("256"), Memory: aws.String("512"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("a")}}},
		} {
			_, err := client.RegisterTaskDefinition(ctx, &in)
			refused(t, err, "ClientException")
		}
		refused(t, b.bounds(west, backend, 3, 2), "ValidationException")
		refused(t, b.bounds(west, "nothing", 1, 2), "ValidationException")
		expect(t, "nothing has changed", b.service(t, west, backend).DesiredCount, 1)
	})
}
