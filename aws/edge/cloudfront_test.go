package edge

import (
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// front is a fake of CloudFront's API, and the spec that reaches it.
func front(t *testing.T, answer http.HandlerFunc) Spec {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_PROFILE", "")
	return Spec{
		Regions: []string{"us-east-1", "us-west-2"}, DistributionID: "E2QWRUHAPOMQZL",
		CloudFront:    aws.Spec{Region: "us-east-1", Endpoint: server.URL},
		BalancerNames: func() map[string][]string { return map[string][]string{"us-east-1": {"origin.shop.example"}} },
	}
}

func TestADistributionIsReadByItsID(t *testing.T) {
	body, err := os.ReadFile("testdata/distribution.xml")
	if err != nil {
		t.Fatal(err)
	}
	spec := front(t, func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodGet || !strings.HasSuffix(q.URL.Path, "/distribution/E2QWRUHAPOMQZL") {
			t.Errorf("%s %s", q.Method, q.URL)
		}
		w.Header().Set("ETag", "E1VERSION")
		_, _ = w.Write(body)
	})
	got := reader(t, spec).Control(t.Context(), Control{}).Distribution
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	want := Distribution{
		ID: "E2QWRUHAPOMQZL", ARN: "arn:aws:cloudfront::123456789012:distribution/E2QWRUHAPOMQZL", Domain: "d111111abcdef8.cloudfront.net",
		Status: "InProgress", Enabled: true, Aliases: []string{"shop.example", "www.shop.example"}, ETag: "E1VERSION",
		Changed: time.Date(2026, 11, 23, 3, 11, 52, 123e6, time.UTC), Certificate: "arn:aws:acm:us-east-1:123456789012:certificate/0000",
		Origins: []Origin{
			{ID: "origin", Domain: "Origin.shop.example", Protocol: "https-only", ConnectAttempts: 2, ConnectTimeout: 4 * time.Second, ReadTimeout: 20 * time.Second, Region: "us-east-1"},
			{ID: "standby", Domain: "dualstack.dr-alb-9.us-west-2.elb.amazonaws.com", ConnectAttempts: 3, ConnectTimeout: 10 * time.Second, Region: "us-west-2"},
		},
		Groups: []OriginGroup{
			{ID: "pages", Members: []string{"origin", "standby"}, Statuses: []int{500, 502, 503}},
			{ID: "unused", Members: []string{"standby", "origin"}, Statuses: []int{404}},
		},
		Behaviors: []Behavior{
			{Path: "/api/*", Target: "origin", Methods: []string{"HEAD", "GET", "POST"}},
			{Path: "/static/*", Target: "pages", Group: true},
			{Path: "*", Target: "pages", Group: true, Methods: []string{"HEAD", "GET"}},
		},
	}
	if !reflect.DeepEqual(got.Value, want) {
		t.Errorf("got  %+v\nwant %+v", got.Value, want)
	}
	if !ProvesServing(got, "/api/health") || ProvesServing(got, "/static/x") {
		t.Error("the paths prove the wrong things")
	}
}

func TestADistributionThatCannotBeReadIsNeverOneThatIsNotThere(t *testing.T) {
	refusal := func(status int, code string) http.HandlerFunc {
		return says(status, `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>`+code+
			`</Code><Message>words</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
	}
	for _, c := range []struct {
		answer http.HandlerFunc
		kind   fault.Kind
	}{
		{refusal(404, "NoSuchDistribution"), fault.NotFound},
		{refusal(403, "AccessDenied"), fault.Denied},
		{refusal(403, "ExpiredToken"), fault.Expired},
		{refusal(400, "Throttling"), fault.Throttled},
		{says(503, "<html>down</html>"), fault.Unavailable},
	} {
		spec := front(t, c.answer)
		spec.CloudFront.CallTimeout = 2 * time.Second
		got := reader(t, spec).Control(t.Context(), Control{}).Distribution
		kindIs(t, got.Err, c.kind)
		if got.Known() || got.Err == nil || !strings.Contains(got.Err.Error(), "cloudfront:GetDistribution on E2QWRUHAPOMQZL") {
			t.Errorf("%+v", got)
		}
	}
	kindIs(t, reader(t, Spec{}).Control(t.Context(), Control{}).Distribution.Err, fault.NotConfigured)
}

func TestCloudFrontIsAskedInTheConfiguredRole(t *testing.T) {
	body, err := os.ReadFile("testdata/distribution.xml")
	if err != nil {
		t.Fatal(err)
	}
	spec := front(t, func(w http.ResponseWriter, q *http.Request) {
		signed := q.Header.Get("Authorization")
		if q.Method == http.MethodPost {
			if !strings.Contains(signed, "AKIAEXAMPLE/") || !strings.Contains(signed, "/us-west-2/sts/") {
				t.Errorf("the role was asked for with %s", signed)
			}
			_, _ = w.Write([]byte(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>` +
				`<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`))
			return
		}
		if !strings.Contains(signed, "ASIAROLE/") {
			t.Errorf("CloudFront was asked with %s", signed)
		}
		_, _ = w.Write(body)
	})
	spec.CloudFront.RoleARN, spec.CloudFront.Region = "arn:aws:iam::123456789012:role/lifeboat-read", "us-west-2"
	if got := reader(t, spec).Control(t.Context(), Control{}).Distribution; got.Err != nil {
		t.Error(got.Err)
	}
}

func TestAProfileThatIsNotThereIsNoCredentials(t *testing.T) {
	spec := front(t, func(http.ResponseWriter, *http.Request) { t.Error("CloudFront was asked") })
	spec.CloudFront.Profile = "nobody"
	kindIs(t, reader(t, spec).Control(t.Context(), Control{}).Distribution.Err, fault.NoCredentials)
}
