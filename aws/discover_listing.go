package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// byListing finds everything that the region has, a list a kind.
type byListing struct{ l *look }

// collect reads a list to its end and gives what pick takes from each page.
func collect[Out, Opt any](ctx context.Context, l *look, op, target string, p pager[Out, Opt], pick func(*Out) []string) ([]string, error) {
	list, err := pages(ctx, l, op, target, p)
	var names []string
	for _, page := range list {
		names = append(names, pick(page)...)
	}
	return names, err
}

// mapped applies f to each of a list.
func mapped[T any](list []T, f func(T) string) []string {
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = f(v)
	}
	return names
}

func (b byListing) clusters(ctx context.Context) ([]string, error) {
	return collect(ctx, b.l, "ecs:ListClusters", "", ecs.NewListClustersPaginator(b.l.api.ecs, &ecs.ListClustersInput{}),
		func(o *ecs.ListClustersOutput) []string { return mapped(o.ClusterArns, revisionOf) })
}

func (b byListing) services(ctx context.Context, cluster string) ([]string, error) {
	return collect(ctx, b.l, "ecs:ListServices", cluster,
		ecs.NewListServicesPaginator(b.l.api.ecs, &ecs.ListServicesInput{Cluster: &cluster, MaxResults: awssdk.Int32(100)}),
		func(o *ecs.ListServicesOutput) []string { return mapped(o.ServiceArns, revisionOf) })
}

func (b byListing) balancers(ctx context.Context) ([]string, error) {
	return collect(ctx, b.l, "elasticloadbalancing:DescribeLoadBalancers", "",
		elb.NewDescribeLoadBalancersPaginator(b.l.api.elb, &elb.DescribeLoadBalancersInput{PageSize: awssdk.Int32(balancersAPage)}),
		func(o *elb.DescribeLoadBalancersOutput) []string {
			return mapped(o.LoadBalancers, func(l types.LoadBalancer) string { return awssdk.ToString(l.LoadBalancerName) })
		})
}

func (b byListing) databases(ctx context.Context) ([]string, error) {
	return collect(ctx, b.l, "rds:DescribeDBInstances", "", rds.NewDescribeDBInstancesPaginator(b.l.api.rds, &rds.DescribeDBInstancesInput{}),
		func(o *rds.DescribeDBInstancesOutput) (ids []string) {
			for _, d := range o.DBInstances {
				ids = append(ids, awssdk.ToString(d.DBInstanceIdentifier))
			}
			return ids
		})
}

func (b byListing) repositories(ctx context.Context) ([]string, error) {
	return collect(ctx, b.l, "ecr:DescribeRepositories", "",
		ecr.NewDescribeRepositoriesPaginator(b.l.api.ecr, &ecr.DescribeRepositoriesInput{MaxResults: awssdk.Int32(imagesAPage)}),
		func(o *ecr.DescribeRepositoriesOutput) (names []string) {
			for _, r := range o.Repositories {
				names = append(names, awssdk.ToString(r.RepositoryName))
			}
			return names
		})
}

func (b byListing) secrets(ctx context.Context) ([]string, error) {
	return collect(ctx, b.l, "secretsmanager:ListSecrets", "",
		secretsmanager.NewListSecretsPaginator(b.l.api.secrets, &secretsmanager.ListSecretsInput{MaxResults: awssdk.Int32(100)}),
		func(o *secretsmanager.ListSecretsOutput) (names []string) {
			for _, s := range o.SecretList {
				names = append(names, awssdk.ToString(s.Name))
			}
			return names
		})
}
