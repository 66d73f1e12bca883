package api

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"

	"lifeboat/aws/sim/cloud"
)

// bubble is the reference estate on a fake clock, behind a listener in memory.
type bubble struct {
	*cloud.Cloud
	transport *http.Transport
}

func inBubble(t *testing.T, f func(t *testing.T, b *bubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := make(pipes)
		b := &bubble{Cloud: cloud.Reference(cloud.Options{Seed: 1}), transport: &http.Transport{DialContext: l.dial}}
		server := &http.Server{Handler: Handler(b.Cloud)}
		go func() { _ = server.Serve(l) }()
		defer func() {
			b.transport.CloseIdleConnections()
			_ = server.Close()
		}()
		f(t, b)
	})
}

// config is the SDK's for a region: any key, one attempt.
func (b *bubble) config(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: aws.String("http://simulator"), RetryMaxAttempts: 1,
		HTTPClient:  &http.Client{Transport: settled{b.transport}},
		Credentials: credentials.NewStaticCredentialsProvider("AKIASIMULATED", "secret", ""),
	}
}

func (b *bubble) rds(region string) *rds.Client { return rds.NewFromConfig(b.config(region)) }
func (b *bubble) ecs(region string) *ecs.Client { return ecs.NewFromConfig(b.config(region)) }

// instance is a database as AWS describes it; the zero value if there is none.
func (b *bubble) instance(t *testing.T, region, id string) rdstypes.DBInstance {
	t.Helper()
	out := must[*rds.DescribeDBInstancesOutput](t)(b.rds(region).DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{
		Filters: []rdstypes.Filter{{Name: aws.String("db-instance-id"), Values: []string{id}}},
	}))
	if len(out.DBInstances) == 0 {
		return rdstypes.DBInstance{DBInstanceStatus: aws.String("none")}
	}
	return out.DBInstances[0]
}

func (b *bubble) status(t *testing.T, region, id string) string {
	t.Helper()
	return *b.instance(t, region, id).DBInstanceStatus
}

// service is an ECS service as AWS describes it.
func (b *bubble) service(t *testing.T, region, name string) ecstypes.Service {
	t.Helper()
	return must[*ecs.DescribeServicesOutput](t)(b.ecs(region).DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: clusterIn(region), Services: []string{name},
	})).Services[0]
}

// direct orders the director.
func (b *bubble) direct(t *testing.T, action string, args ...string) {
	t.Helper()
	if err := b.Do(action, args...); err != nil {
		t.Fatal(err)
	}
}

const (
	home    = "davidshaevel-dev-db"
	standby = "davidshaevel-dr-db"
	backend = "davidshaevel-dr-backend"
)
