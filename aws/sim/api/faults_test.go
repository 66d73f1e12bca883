package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// calls is one call in each protocol.
var calls = map[string]func(s *sim, ctx context.Context, region string) error{
	"json": func(s *sim, ctx context.Context, region string) error {
		_, err := ecs.NewFromConfig(s.config(region)).ListClusters(ctx, &ecs.ListClustersInput{})
		return err
	},
	"query": func(s *sim, ctx context.Context, region string) error {
		_, err := rds.NewFromConfig(s.config(region)).DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{})
		return err
	},
	"cbor": func(s *sim, ctx context.Context, region string) error {
		_, err := cloudwatch.NewFromConfig(s.config(region)).ListMetrics(ctx, &cloudwatch.ListMetricsInput{})
		return err
	},
	"rest": func(s *sim, ctx context.Context, region string) error {
		_, err := cloudfront.NewFromConfig(s.config(region)).ListDistributions(ctx, &cloudfront.ListDistributionsInput{})
		return err
	},
}

func TestRefusalsHaveTheCodeOfEachProtocol(t *testing.T) {
	for _, x := range []struct {
		action             []string
		json, query, other string
	}{
		{[]string{"expire-credentials"}, "ExpiredTokenException", "ExpiredToken", "ExpiredToken"},
		{[]string{"control-plane", east}, "ServiceUnavailableException", "ServiceUnavailable", "ServiceUnavailable"},
		{[]string{"throttle", east}, "ThrottlingException", "Throttling", "Throttling"},
	} {
		s := newSim(t, 0)
		if err := s.Do(x.action[0], x.action[1:]...); err != nil {
			t.Fatal(err)
		}
		if x.action[0] == "throttle" { // the first of four passes
			_ = calls["json"](s, ctx, east)
		}
		refused(t, calls["json"](s, ctx, east), x.json)
		refused(t, calls["query"](s, ctx, east), x.query)
		refused(t, calls["cbor"](s, ctx, east), x.other)
		if x.action[0] != "throttle" {
			refused(t, calls["rest"](s, ctx, east), x.other)
		}
	}
}

func TestADarkRegionsCallsHangUntilTheClientGivesUp(t *testing.T) {
	s := newSim(t, 0)
	if err := s.Do("darken", east); err != nil {
		t.Fatal(err)
	}
	for protocol, do := range calls {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		if err := do(s, short, east); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", protocol, err)
		}
		cancel()
	}
	if err := calls["json"](s, ctx, west); err != nil {
		t.Errorf("the other region: %v", err)
	}
}

func TestAListThatBreaksOffHalfWay(t *testing.T) {
	s := newSim(t, 30)
	if err := s.Do("half-way", "ecs", "ListServices"); err != nil {
		t.Fatal(err)
	}
	p := ecs.NewListServicesPaginator(ecs.NewFromConfig(s.config(east)), &ecs.ListServicesInput{Cluster: clusterIn(east)})
	first := must[*ecs.ListServicesOutput](t)(p.NextPage(ctx))
	expect(t, "first page", len(first.ServiceArns), 10)
	_, err := p.NextPage(ctx)
	refused(t, err, "AccessDeniedException")
}

func TestSomethingNotSimulatedIsRefusedByNameAndNotRetried(t *testing.T) {
	s := newSim(t, 0)
	_, err := ecs.NewFromConfig(s.config(east)).ListAccountSettings(ctx, &ecs.ListAccountSettingsInput{})
	refused(t, err, "UnknownOperationException")
	if !strings.Contains(err.Error(), "ecs ListAccountSettings") || !strings.Contains(err.Error(), "StatusCode: 400") {
		t.Error(err)
	}
	_, err = rds.NewFromConfig(s.config(east)).DescribeEvents(ctx, &rds.DescribeEventsInput{})
	refused(t, err, "InvalidAction")
	_, err = cloudfront.NewFromConfig(s.config(east)).ListFunctions(ctx, &cloudfront.ListFunctionsInput{})
	refused(t, err, "InvalidAction")
	_, err = cloudwatch.NewFromConfig(s.config(east)).ListDashboards(ctx, &cloudwatch.ListDashboardsInput{})
	if err == nil || !strings.Contains(err.Error(), "monitoring ListDashboards") {
		t.Error(err)
	}
}

func TestARegionThatIsNotSimulatedIsRefused(t *testing.T) {
	s := newSim(t, 0)
	refused(t, calls["json"](s, ctx, "eu-west-1"), "UnrecognizedClientException")
}

func TestAnUnsignedRequestIsRefused(t *testing.T) {
	s := newSim(t, 0)
	resp := must[*http.Response](t)(http.Post(s.url, "application/x-www-form-urlencoded", strings.NewReader("Action=DescribeDBInstances")))
	defer resp.Body.Close()
	body := string(must[[]byte](t)(io.ReadAll(resp.Body)))
	expect(t, "status", resp.StatusCode, 403)
	if !strings.Contains(body, "MissingAuthenticationToken") {
		t.Error(body)
	}
}

func TestWhoIsCalling(t *testing.T) {
	s := newSim(t, 0)
	cfg := s.config(west)
	client := sts.NewFromConfig(cfg)
	me := must[*sts.GetCallerIdentityOutput](t)(client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	expect(t, "account", len(*me.Account), 12)
	if !strings.HasSuffix(*me.Arn, "assumed-role/davidshaevel-ops-read/operator") {
		t.Error(*me.Arn)
	}
	role := must[*sts.AssumeRoleOutput](t)(client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + *me.Account + ":role/davidshaevel-ops-change"), RoleSessionName: aws.String("anna"), DurationSeconds: aws.Int32(900),
	}))
	expect(t, "expires", role.Credentials.Expiration.Sub(s.now), 15*time.Minute)
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*role.Credentials.AccessKeyId, *role.Credentials.SecretAccessKey, *role.Credentials.SessionToken)
	other := must[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	if !strings.HasSuffix(*other.Arn, "assumed-role/davidshaevel-ops-change/anna") {
		t.Error(*other.Arn)
	}
	s.pass(16 * time.Minute)
	_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	refused(t, err, "ExpiredToken")
}
