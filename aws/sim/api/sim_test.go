package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"lifeboat/aws/sim/cloud"
)

const (
	east = "us-east-1"
	west = "us-west-2"
)

var ctx = context.Background()

// sim is the reference estate behind a loopback address, with a clock that is moved by hand.
type sim struct {
	*cloud.Cloud
	t   *testing.T
	now time.Time
	url string
}

func newSim(t *testing.T, services int) *sim {
	s := &sim{t: t, now: time.Date(2026, 11, 23, 3, 14, 7, 0, time.UTC)}
	s.Cloud = cloud.Reference(cloud.Options{Now: func() time.Time { return s.now }, Seed: 1, Services: services})
	server := httptest.NewServer(Handler(s.Cloud))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// pass lets time go by.
func (s *sim) pass(d time.Duration) {
	s.Locked(func(*cloud.World) { s.now = s.now.Add(d) })
}

// config is the SDK's for a region: any key, one attempt.
func (s *sim) config(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: aws.String(s.url),
		Credentials:      credentials.NewStaticCredentialsProvider("AKIASIMULATED", "secret", ""),
		RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: settled{http.DefaultTransport}},
	}
}

// settled sends requests whose bodies the SDK cannot close under the transport. Answered fast enough, smithy-go closes a
// body while net/http still looks for its end, takes the closed body's io.EOF for a failure and drops the connection,
// with the rest of the answer unread.
type settled struct{ next http.RoundTripper }

func (s settled) RoundTrip(r *http.Request) (*http.Response, error) {
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

// in reads something from the model's region.
func in[T any](s *sim, region string, f func(w *cloud.World, r *cloud.Region) T) (v T) {
	s.Locked(func(w *cloud.World) { v = f(w, w.Region(region)) })
	return v
}

// bothRegions runs a test for each region, with the first part of its resources' names.
func bothRegions(t *testing.T, f func(t *testing.T, region, prefix string)) {
	for region, prefix := range map[string]string{east: "davidshaevel-dev", west: "davidshaevel-dr"} {
		t.Run(region, func(t *testing.T) { f(t, region, prefix) })
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// refused checks that an error is AWS's own with that code.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want the code %s", err, code)
	}
}

// inRegion checks that an ARN belongs to a region.
func inRegion(t *testing.T, arn *string, region string) {
	t.Helper()
	if !strings.Contains(aws.ToString(arn), ":"+region+":") {
		t.Errorf("%s is not in %s", aws.ToString(arn), region)
	}
}

func names(n int, f func(i int) string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

func worker(i int) string { return fmt.Sprintf("davidshaevel-dev-worker-%03d", i) }
