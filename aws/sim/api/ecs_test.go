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

	"lifeboat/aws/sim/cloud"
)

func clusterIn(region string) *string {
	return aws.String(map[string]string{east: "dev-cluster", west: "dr-cluster"}[region])
}

func TestServicesAreDescribedAsTheyAre(t *testing.T) {
	s := newSim(t, 0)
	bothRegions(t, func(t *testing.T, region, prefix string) {
		client := ecs.NewFromConfig(s.config(region))
		arns := must[*ecs.ListServicesOutput](t)(client.ListServices(ctx, &ecs.ListServicesInput{Cluster: clusterIn(region)})).ServiceArns
		out := must[*ecs.DescribeServicesOutput](t)(client.DescribeServices(ctx, &ecs.DescribeServicesInput{
			Cluster: clusterIn(region), Services: arns, Include: []types.ServiceField{types.ServiceFieldTags},
		}))
		want := map[string]int32{"frontend": 2, "backend": 2, "prometheus": 1, "grafana": 1}
		if region == west {
			want = map[string]int32{"frontend": 1, "backend": 1, "prometheus": 0, "grafana": 0}
		}
		expect(t, "services", len(out.Services), len(want))
		for _, x := range out.Services {
			inRegion(t, x.ServiceArn, region)
			n := want[strings.TrimPrefix(*x.ServiceName, prefix+"-")]
			expect(t, *x.ServiceName+" desired", x.DesiredCount, n)
			expect(t, *x.ServiceName+" running", x.RunningCount, n)
			expect(t, *x.ServiceName+" rollout", x.Deployments[0].RolloutState, types.DeploymentRolloutStateCompleted)
			expect(t, *x.ServiceName+" deployments running", x.Deployments[0].RunningCount, n)
			expect(t, *x.ServiceName+" tags", len(x.Tags), 4)
			if len(x.Events) == 0 || x.Events[0].CreatedAt.IsZero() || !strings.Contains(*x.Events[0].Message, "steady state") {
				t.Errorf("%s events: %v", *x.ServiceName, x.Events)
			}
		}
	})
}

func TestServicesThatDoNotExistAreFailuresAndWrongClustersAreRefused(t *testing.T) {
	s := newSim(t, 0)
	client := ecs.NewFromConfig(s.config(east))
	out := must[*ecs.DescribeServicesOutput](t)(client.DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: clusterIn(east), Services: []string{"nothing", "davidshaevel-dr-backend"},
	}))
	expect(t, "found", len(out.Services), 0)
	expect(t, "failures", len(out.Failures), 2)
	expect(t, "reason", *out.Failures[0].Reason, "MISSING")
	_, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: clusterIn(west), Services: []string{"x"}})
	refused(t, err, "ClusterNotFoundException")
	_, err = client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: clusterIn(east), Services: names(11, worker)})
	refused(t, err, "InvalidParameterException")
	_, err = client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: clusterIn(east), Tasks: names(101, worker)})
	refused(t, err, "InvalidParameterException")
}

func TestListsOfServicesAndTasksComeInPages(t *testing.T) {
	s := newSim(t, 120)
	client := ecs.NewFromConfig(s.config(east))
	pages, seen := 0, map[string]bool{}
	for p := ecs.NewListServicesPaginator(client, &ecs.ListServicesInput{Cluster: clusterIn(east)}); p.HasMorePages(); pages++ {
		for _, arn := range must[*ecs.ListServicesOutput](t)(p.NextPage(ctx)).ServiceArns {
			seen[arn] = true
		}
	}
	expect(t, "services", len(seen), 120)
	expect(t, "pages of ten", pages, 12)
	clear(seen)
	for p := ecs.NewListTasksPaginator(client, &ecs.ListTasksInput{Cluster: clusterIn(east)}); p.HasMorePages(); {
		page := must[*ecs.ListTasksOutput](t)(p.NextPage(ctx)).TaskArns
		if len(page) > 100 {
			t.Errorf("a page of %d tasks", len(page))
		}
		for _, arn := range page {
			seen[arn] = true
		}
	}
	expect(t, "tasks", len(seen), 122)
	_, err := client.ListTasks(ctx, &ecs.ListTasksInput{Cluster: clusterIn(east), NextToken: aws.String("made up")})
	refused(t, err, "InvalidParameterException")
}

func TestTasksTellImageDigestsAndWhyTheyStopped(t *testing.T) {
	s := newSim(t, 0)
	client := ecs.NewFromConfig(s.config(east))
	list := func(status types.DesiredStatus) []types.Task {
		arns := must[*ecs.ListTasksOutput](t)(client.ListTasks(ctx, &ecs.ListTasksInput{
			Cluster: clusterIn(east), ServiceName: aws.String("davidshaevel-dev-backend"), DesiredStatus: status,
		})).TaskArns
		if len(arns) == 0 {
			return nil
		}
		return must[*ecs.DescribeTasksOutput](t)(client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: clusterIn(east), Tasks: arns})).Tasks
	}
	running := list(types.DesiredStatusRunning)
	expect(t, "running", len(running), 2)
	digest := in(s, east, func(w *cloud.World, r *cloud.Region) string {
		return r.Repository("davidshaevel/backend").Images[0].Digest
	})
	for _, task := range running {
		expect(t, "digest", *task.Containers[0].ImageDigest, digest)
		expect(t, "group", *task.Group, "service:davidshaevel-dev-backend")
	}
	if err := s.Do("stop-tasks", east, "davidshaevel-dev-backend"); err != nil {
		t.Fatal(err)
	}
	s.pass(10 * time.Second)
	stopped := list(types.DesiredStatusStopped)
	expect(t, "stopped", len(stopped), 2)
	expect(t, "last status", *stopped[0].LastStatus, "STOPPED")
	expect(t, "code", stopped[0].StopCode, types.TaskStopCodeEssentialContainerExited)
	expect(t, "reason", *stopped[0].StoppedReason, "Essential container in task exited")
	expect(t, "exit code", *stopped[0].Containers[0].ExitCode, 137)
	expect(t, "coming", *list(types.DesiredStatusRunning)[0].LastStatus, "PROVISIONING")
	byFamily := must[*ecs.ListTasksOutput](t)(client.ListTasks(ctx, &ecs.ListTasksInput{Cluster: clusterIn(east), Family: aws.String("davidshaevel-dev-frontend")}))
	expect(t, "of a family", len(byFamily.TaskArns), 2)
}

func TestTaskDefinitionsNameTheirOwnRegionsRegistryAndDatabase(t *testing.T) {
	s := newSim(t, 0)
	bothRegions(t, func(t *testing.T, region, prefix string) {
		client := ecs.NewFromConfig(s.config(region))
		d := must[*ecs.DescribeTaskDefinitionOutput](t)(client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
			TaskDefinition: aws.String(prefix + "-backend:1"),
		})).TaskDefinition
		c := d.ContainerDefinitions[0]
		if !strings.Contains(*c.Image, ".ecr."+region+".") {
			t.Errorf("image %s", *c.Image)
		}
		for _, e := range c.Environment {
			if *e.Name == "DB_HOST" && !strings.Contains(*e.Value, "."+region+".") {
				t.Errorf("database %s", *e.Value)
			}
		}
		inRegion(t, c.Secrets[0].ValueFrom, region)
		_, err := client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("nothing")})
		refused(t, err, "ClientException")
	})
}

func TestClustersCountTheirTasks(t *testing.T) {
	s := newSim(t, 0)
	bothRegions(t, func(t *testing.T, region, _ string) {
		client := ecs.NewFromConfig(s.config(region))
		arns := must[*ecs.ListClustersOutput](t)(client.ListClusters(ctx, &ecs.ListClustersInput{})).ClusterArns
		out := must[*ecs.DescribeClustersOutput](t)(client.DescribeClusters(ctx, &ecs.DescribeClustersInput{
			Clusters: append(arns, "nothing"), Include: []types.ClusterField{types.ClusterFieldTags},
		}))
		expect(t, "running", out.Clusters[0].RunningTasksCount, map[string]int32{east: 6, west: 2}[region])
		expect(t, "services", out.Clusters[0].ActiveServicesCount, 4)
		expect(t, "tags", len(out.Clusters[0].Tags), 4)
		expect(t, "missing", len(out.Failures), 1)
	})
}

func TestScalableTargetsTellFloorAndCeiling(t *testing.T) {
	s := newSim(t, 120)
	client := applicationautoscaling.NewFromConfig(s.config(east))
	out := must[*applicationautoscaling.DescribeScalableTargetsOutput](t)(client.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scaling.ServiceNamespaceEcs, ResourceIds: []string{"service/dev-cluster/davidshaevel-dev-backend"},
	}))
	expect(t, "found", len(out.ScalableTargets), 1)
	expect(t, "min", *out.ScalableTargets[0].MinCapacity, 2)
	expect(t, "max", *out.ScalableTargets[0].MaxCapacity, 4)
	all := 0
	for p := applicationautoscaling.NewDescribeScalableTargetsPaginator(client, &applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: scaling.ServiceNamespaceEcs}); p.HasMorePages(); {
		all += len(must[*applicationautoscaling.DescribeScalableTargetsOutput](t)(p.NextPage(ctx)).ScalableTargets)
	}
	expect(t, "all", all, 120)
}
