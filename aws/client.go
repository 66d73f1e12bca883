package aws

import (
	"context"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"
)

// clients are the SDK's clients of one region, all on one configuration, one HTTP client and one set of credentials.
type clients struct {
	credentials awssdk.CredentialsProvider
	base        awssdk.CredentialsProvider // what the role of Spec.RoleARN is assumed with; nil without a role
	signer      string                     // the access key of the operator's session that they sign with; "" for none

	acm     *acm.Client
	scaling *applicationautoscaling.Client
	metrics *cloudwatch.Client
	ecr     *ecr.Client
	ecs     *ecs.Client
	elb     *elb.Client
	rds     *rds.Client
	tags    *tagging.Client
	secrets *secretsmanager.Client
	quotas  *servicequotas.Client
	sts     *sts.Client

	s3 func() *s3.Client // made when it is needed first; see objects
}

// objects is the client of S3; nil without a configuration.
func (c *clients) objects() *s3.Client {
	if c.s3 == nil {
		return nil
	}
	return c.s3()
}

// open gives the region's clients with credentials that are good now. The AWS configuration is read at the first refresh
// and kept. Credentials are had here, apart from the calls, so that a slow provider is not taken for a silent region; the
// call for a role is made and counted with by.
func (r *Reader) open(ctx context.Context, by *look) (*clients, error) {
	const op = "credentials"
	if r.by != nil {
		return r.openAs(ctx, r.by)
	}
	c, err := r.client(ctx)
	if err != nil {
		return &clients{}, FromError(op, r.spec.Region, err)
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, lookKey{}, by), 2*r.spec.CallTimeout)
	defer cancel()
	if _, err := c.credentials.Retrieve(ctx); err != nil {
		return c, FromError(op, r.spec.Region, err)
	}
	return c, nil
}

func (r *Reader) client(ctx context.Context) (*clients, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients != nil {
		return r.clients, nil
	}
	cfg, err := LoadConfig(ctx, r.spec)
	if err != nil {
		return nil, err
	}
	r.clients = newClients(cfg, r.spec.RoleARN)
	return r.clients, nil
}

// openAs gives the region's clients with the operator's session, which may have to be asked of a person: what a call may
// take is counted from then on.
func (r *Reader) openAs(ctx context.Context, by *Operator) (*clients, error) {
	signer, err := by.Retrieve(ctx)
	if err != nil {
		return &clients{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients != nil && r.clients.signer == signer.AccessKeyID {
		return r.clients, nil
	}
	cfg, err := LoadConfig(ctx, r.spec)
	if err != nil {
		return &clients{}, FromError("credentials", r.spec.Region, err)
	}
	cfg.Credentials = credentials.StaticCredentialsProvider{Value: signer}
	r.clients = newClients(cfg, "")
	r.clients.signer = signer.AccessKeyID
	return r.clients, nil
}

func newClients(cfg awssdk.Config, role string) *clients {
	c := &clients{}
	if role != "" {
		c.base = cfg.Credentials
		cfg.Credentials = Assume(cfg, role)
	}
	c.credentials = cfg.Credentials
	c.acm = acm.NewFromConfig(cfg)
	c.scaling = applicationautoscaling.NewFromConfig(cfg)
	c.ecr = ecr.NewFromConfig(cfg)
	c.ecs = ecs.NewFromConfig(cfg)
	c.elb = elb.NewFromConfig(cfg)
	c.rds = rds.NewFromConfig(cfg)
	c.tags = tagging.NewFromConfig(cfg)
	c.secrets = secretsmanager.NewFromConfig(cfg)
	c.quotas = servicequotas.NewFromConfig(cfg)
	c.sts = sts.NewFromConfig(cfg)
	c.s3 = sync.OnceValue(func() *s3.Client { return newS3(cfg) })
	c.metrics = cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
		if cfg.BaseEndpoint != nil { // emulators know the query protocol only; AWS itself is asked in the SDK's own
			o.Protocol = awsquery.New(schemas.GraniteServiceVersion20100801)
		}
	})
	return c
}

// newS3 makes a client of S3 that adds no checksums to what the signature covers anyway: not every emulator takes them.
func newS3(cfg awssdk.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil // an emulator has one name for all buckets
		o.RequestChecksumCalculation = awssdk.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = awssdk.ResponseChecksumValidationWhenRequired
	})
}

// Assume gives the role's credentials, by the STS of the region itself: the global one leans on us-east-1.
func Assume(cfg awssdk.Config, role string) awssdk.CredentialsProvider {
	by := countedSTS{sts.NewFromConfig(cfg)}
	provider := stscreds.NewAssumeRoleProvider(by, role, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "lifeboat" })
	return awssdk.NewCredentialsCache(provider, renewEarly)
}

// early is how long before their end credentials are renewed. The SDK counts it into the end that it tells.
const early = time.Minute

func renewEarly(o *awssdk.CredentialsCacheOptions) { o.ExpiryWindow = early }

// countedSTS makes the call for a role one of the refresh that needs it: it is the region's own STS that answers or not.
type countedSTS struct{ client *sts.Client }

type lookKey struct{}

func (s countedSTS) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, o ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	l, ok := ctx.Value(lookKey{}).(*look)
	if !ok { // renewed in the middle of a refresh, by a call that is counted itself
		return s.client.AssumeRole(ctx, in, o...)
	}
	return ask(ctx, l, "sts:AssumeRole", awssdk.ToString(in.RoleArn), s.client.AssumeRole, in)
}
