package aws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
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
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"
)

// clients are the SDK's clients of one region, all on one configuration, one HTTP client and one set of credentials.
type clients struct {
	credentials awssdk.CredentialsProvider
	base        awssdk.CredentialsProvider // what the role of Spec.RoleARN is assumed with; nil without a role

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
}

// open gives the region's clients with credentials that are good now. The AWS configuration is read at the first refresh
// and kept. Credentials are had here, apart from the calls, so that a slow provider is not taken for a silent region; the
// call for a role is made and counted with by.
func (r *Reader) open(ctx context.Context, by *look) (*clients, error) {
	const op = "credentials"
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
	cfg, err := r.load(ctx)
	if err != nil {
		return nil, err
	}
	r.clients = newClients(cfg, r.spec.RoleARN)
	return r.clients, nil
}

// load reads the AWS configuration as every AWS tool does: environment, shared files, and what Spec says above them.
func (r *Reader) load(ctx context.Context) (awssdk.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithRegion(r.spec.Region),
		config.WithHTTPClient(r.httpClient()),
		config.WithRetryer(func() awssdk.Retryer { return awssdk.NopRetryer{} }), // see ask
		config.WithLogger(logging.Nop{}),                                         // it writes where the screen is drawn
		config.WithCredentialsCacheOptions(renewEarly),
		config.WithAPIOptions([]func(*middleware.Stack) error{onlyRealAnswers}),
	}
	if r.spec.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(r.spec.Profile))
	}
	if r.spec.Endpoint != "" {
		options = append(options, config.WithBaseEndpoint(r.spec.Endpoint))
	}
	return config.LoadDefaultConfig(ctx, options...)
}

func (r *Reader) httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = callsAtOnce
		if r.spec.Dial != nil {
			t.DialContext = r.spec.Dial
		}
		if r.ca != nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: withCA(r.ca)}
		}
	})
}

// withCA is the system's certificate authorities and one more.
func withCA(pem []byte) *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(pem)
	return pool
}

func readCA(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the CA file: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the CA file %s holds no certificate in PEM form", file)
	}
	return pem, nil
}

func newClients(cfg awssdk.Config, role string) *clients {
	c := &clients{}
	if role != "" {
		c.base = cfg.Credentials
		cfg.Credentials = assume(cfg, role)
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
	c.metrics = cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
		if cfg.BaseEndpoint != nil { // emulators know the query protocol only; AWS itself is asked in the SDK's own
			o.Protocol = awsquery.New(schemas.GraniteServiceVersion20100801)
		}
	})
	return c
}

// assume gives the role's credentials, by the STS of the region itself: the global one leans on us-east-1.
func assume(cfg awssdk.Config, role string) awssdk.CredentialsProvider {
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
