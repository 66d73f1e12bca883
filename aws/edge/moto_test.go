package edge

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"lifeboat/aws/fault"
)

// moto starts moto_server, an AWS emulator that others wrote, and gives the address that it listens on.
func moto(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	switch {
	case err != nil && os.Getenv("LIFEBOAT_REQUIRE") != "":
		t.Fatal("moto_server is missing: pip install 'moto[server]==5.2.1'")
	case err != nil:
		t.Skip("moto_server is missing (pip install 'moto[server]==5.2.1'): the CDN's changes are not tested against an emulator that others wrote")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", port)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.Contains(strings.ToUpper(e), "_PROXY=") }) // see TestMain
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	answers := func() bool {
		r, err := http.Get("http://" + address + "/moto-api/")
		if err == nil {
			_ = r.Body.Close()
		}
		return err == nil
	}
	for began := time.Now(); !answers(); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("moto_server does not answer")
		}
	}
	return address
}

// behaves is a behaviour's settings that every distribution needs.
func behaves(target string) types.DefaultCacheBehavior {
	all := []types.Method{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
	return types.DefaultCacheBehavior{
		TargetOriginId: &target, ViewerProtocolPolicy: types.ViewerProtocolPolicyRedirectToHttps,
		AllowedMethods: &types.AllowedMethods{Quantity: awssdk.Int32(7), Items: all},
		CachePolicyId:  awssdk.String("4135ea2d-6df8-44a3-9df3-4b5a84be39ad"),
	}
}

// makeDistribution makes one whose behaviours have single origins, for moto takes no others, and gives its id.
func makeDistribution(t *testing.T, client *cloudfront.Client) string {
	t.Helper()
	custom := &types.CustomOriginConfig{HTTPPort: awssdk.Int32(80), HTTPSPort: awssdk.Int32(443), OriginProtocolPolicy: types.OriginProtocolPolicyHttpsOnly}
	fallback := behaves("primary")
	out, err := client.CreateDistribution(t.Context(), &cloudfront.CreateDistributionInput{DistributionConfig: &types.DistributionConfig{
		CallerReference: awssdk.String("once"), Comment: awssdk.String("the shop"), Enabled: awssdk.Bool(true),
		Origins: &types.Origins{Quantity: awssdk.Int32(2), Items: []types.Origin{
			{Id: awssdk.String("primary"), DomainName: awssdk.String(eastern), CustomOriginConfig: custom},
			{Id: awssdk.String("standby"), DomainName: awssdk.String(western), CustomOriginConfig: custom},
		}},
		DefaultCacheBehavior: &fallback,
		CacheBehaviors: &types.CacheBehaviors{Quantity: awssdk.Int32(1), Items: []types.CacheBehavior{{
			PathPattern: awssdk.String("/api/*"), TargetOriginId: fallback.TargetOriginId, ViewerProtocolPolicy: fallback.ViewerProtocolPolicy,
			AllowedMethods: fallback.AllowedMethods, CachePolicyId: fallback.CachePolicyId,
		}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return text(out.Distribution.Id)
}

func TestACDNIsSwitchedAtAnEmulatorThatOthersWrote(t *testing.T) {
	address := moto(t) // before the environment is set
	spec := front(t, nil)
	spec.CloudFront.Endpoint = "http://" + address
	spec.CloudFront.CallTimeout = 30 * time.Second
	client, err := reader(t, spec).cloudFront(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	spec.DistributionID = makeDistribution(t, client)
	c, err := NewChanger(spec)
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.Distribution(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changes := PlanOrigins(before, "us-west-2")
	if len(changes) != 2 {
		t.Fatalf("of %+v are changed %+v", before, changes)
	}
	if err := c.SwitchOrigins(t.Context(), before, changes); err != nil {
		t.Fatal(err)
	}
	motoSwitched(t, c, before)
	motoInvalidated(t, c)
}

// motoSwitched finds the changes made and nothing else. (moto has one ETag for ever, so that nobody comes too late.)
func motoSwitched(t *testing.T, c *Changer, before Distribution) {
	t.Helper()
	after, err := c.Distribution(t.Context())
	if err != nil || len(PlanOrigins(after, "us-west-2")) != 0 {
		t.Errorf("it is %+v, %v", after, err)
	}
	for i, b := range after.Behaviors {
		if b.Target != "standby" || !slices.Equal(b.Methods, before.Behaviors[i].Methods) {
			t.Errorf("the behaviour %+v was %+v", b, before.Behaviors[i])
		}
	}
	if done, err := c.Deployed(t.Context()); !done || err != nil {
		t.Errorf("deployed: %t, %v", done, err)
	}
}

func motoInvalidated(t *testing.T, c *Changer) {
	t.Helper()
	if err := c.Invalidate(t.Context(), "run-1", []string{"/*"}); err != nil {
		t.Fatal(err)
	}
	c.invalidations = map[string]string{} // another machine
	if done, err := c.Invalidated(t.Context(), "run-1"); !done || err != nil {
		t.Errorf("invalidated: %t, %v", done, err)
	}
	_, err := c.Invalidated(t.Context(), "run-2")
	kindIs(t, err, fault.NotFound)
}
