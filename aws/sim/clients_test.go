package sim

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

// sent gives requests bodies that the SDK cannot close while they are being sent, and no connection outlives its call: a
// bubble ends with all its goroutines.
type sent struct{ next *http.Transport }

func (s sent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return s.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return s.next.RoundTrip(r)
}

// config is the SDK's for a region.
func (w *world) config(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: aws.String(w.Description().Endpoint), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIASIMULATED", "secret", ""),
		HTTPClient:  &http.Client{Transport: sent{&http.Transport{DisableKeepAlives: true, DialContext: w.network.DialContext}}},
	}
}

func (w *world) rds(region string) *rds.Client { return rds.NewFromConfig(w.config(region)) }
func (w *world) ecs(region string) *ecs.Client { return ecs.NewFromConfig(w.config(region)) }

// instance is a database as AWS describes it; nil if there is none.
func (w *world) instance(t *testing.T, region, id string) *types.DBInstance {
	t.Helper()
	out, err := w.rds(region).DescribeDBInstances(t.Context(), &rds.DescribeDBInstancesInput{
		Filters: []types.Filter{{Name: aws.String("db-instance-id"), Values: []string{id}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.DBInstances) == 0 {
		return nil
	}
	return &out.DBInstances[0]
}
