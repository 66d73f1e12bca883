package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/packages/pagination"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// How much is asked for at once. Cloudflare takes multiples of 5 for health checks.
const (
	recordsAPage = 1000
	checksAPage  = 50
)

// mostPages bounds a list that never ends.
const mostPages = 100

// cloudflare is Cloudflare's API for the time of one reading or change.
type cloudflare struct {
	reader    *Reader
	zone      string
	options   []option.RequestOption
	transport *http.Transport
}

// cloudflare makes a client that retries nothing: a reading that fails is tried again with the next round, and whether a
// change without an answer took effect is for its caller to find out.
func (r *Reader) cloudflare() (*cloudflare, error) {
	if r.spec.Zone == "" {
		return nil, fault.New(fault.NotConfigured, "Cloudflare zone", "", nil)
	}
	token := strings.TrimSpace(r.spec.CloudflareKey())
	if token == "" {
		return nil, fault.New(fault.NoCredentials, "Cloudflare", r.spec.Zone, errors.New("there is no API token in the environment, see edge.cloudflare.token_env"))
	}
	transport := &http.Transport{DialContext: r.spec.Dial, Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	base := option.WithEnvironmentProduction()
	if r.spec.CloudflareURL != "" {
		base = option.WithBaseURL(r.spec.CloudflareURL)
	}
	return &cloudflare{reader: r, zone: r.spec.Zone, transport: transport, options: []option.RequestOption{
		base, option.WithAPIToken(token), option.WithMaxRetries(0), option.WithMiddleware(answered),
		option.WithHTTPClient(&http.Client{Transport: transport}),
	}}, nil
}

func (c *cloudflare) close() { c.transport.CloseIdleConnections() }

func (c *cloudflare) fault(op string, kind fault.Kind, cause error) error {
	return fault.New(kind, "Cloudflare "+op, c.zone, cause)
}

// one makes one request, within Spec.Timeout; see patience.
func one[T any](ctx context.Context, c *cloudflare, op string, call func(context.Context) (T, error)) (v T, err error) {
	if err := ctx.Err(); err != nil {
		return v, c.judge(ctx, op, err)
	}
	changes := slices.Contains(changing, op)
	ctx, cancel := patience(ctx, changes, c.reader.spec.Timeout)
	defer cancel()
	c.reader.spec.told(ctx, aws.Asked{Operation: "cloudflare:" + cloudflareNames[op], Target: c.zone, Changes: changes})
	if v, err = call(ctx); err != nil {
		return v, c.judge(ctx, op, err)
	}
	return v, nil
}

// pages collects a list that comes in pages. The SDK's own pager would drop the context's deadline after the first page.
func pages[T any](ctx context.Context, c *cloudflare, op string, page func(ctx context.Context, n float64) (*pagination.V4PagePaginationArray[T], error)) ([]T, error) {
	var all []T
	for n := 1.0; n <= mostPages; n++ {
		got, err := one(ctx, c, op, func(ctx context.Context) (*pagination.V4PagePaginationArray[T], error) { return page(ctx, n) })
		if err != nil {
			return nil, err
		}
		all = append(all, got.Result...)
		if len(got.Result) == 0 || len(got.Result) < int(got.ResultInfo.PerPage) {
			return all, nil
		}
	}
	return nil, c.fault(op, fault.Unreadable, fmt.Errorf("the list has more than %d pages", mostPages))
}

// judge finds the kind of a call's error.
func (c *cloudflare) judge(ctx context.Context, op string, err error) error {
	var refused *refusal
	var network net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("asking Cloudflare for %s: %w", op, context.Canceled)
	case errors.As(err, &refused):
		return c.fault(op, refused.kind(), refused)
	case late(ctx, err):
		return c.fault(op, fault.TimedOut, nil)
	case cut(err) || errors.As(err, &network):
		return c.fault(op, fault.Unreachable, reason(err))
	}
	return c.fault(op, fault.Unreadable, err)
}

// answered turns an HTTP error into a refusal before the SDK reads it: the SDK loses the status where the body is no JSON.
func answered(request *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	response, err := next(request)
	if err != nil || response.StatusCode < 400 {
		return response, err
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(response.Body, largestBody))
	refused := &refusal{status: response.StatusCode}
	_ = json.Unmarshal(body, refused) // no words where it is no JSON
	return nil, refused
}
