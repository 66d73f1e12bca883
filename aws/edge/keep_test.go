package edge

import (
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

const config = `<?xml version="1.0"?><DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>r</CallerReference>` +
	`<Aliases><Quantity>1</Quantity><Items><CNAME>shop.example</CNAME></Items></Aliases>` +
	`<Origins><Quantity>2</Quantity><Items>` +
	`<Origin><Id>primary</Id><DomainName>` + eastern + `</DomainName></Origin><Origin><Id>standby</Id><DomainName>` + western + `</DomainName></Origin>` +
	`</Items></Origins><DefaultCacheBehavior><TargetOriginId>primary</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>` +
	`<AllowedMethods><Quantity>3</Quantity><Items><Method>GET</Method><Method>HEAD</Method><Method>POST</Method></Items></AllowedMethods>` +
	`</DefaultCacheBehavior><Comment>the shop</Comment><Enabled>true</Enabled><WebACLId></WebACLId></DistributionConfig>`

// owned is a fake of CloudFront that has one configuration, and the requests that it got: "PUT AKIA...".
type owned struct {
	config string
	mu     sync.Mutex
	got    []string
	body   string
}

func (o *owned) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	_, signed, _ := strings.Cut(q.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(signed, "/")
	o.mu.Lock()
	defer o.mu.Unlock()
	o.got = append(o.got, q.Method+" "+key)
	if strings.Contains(signed, "/sts/") {
		_, _ = io.WriteString(w, assumed)
		return
	}
	w.Header().Set("ETag", "E1")
	if q.Method == http.MethodPut {
		body, _ := io.ReadAll(q.Body)
		o.body = string(body)
		_, _ = io.WriteString(w, `<Distribution><Id>E2QWRUHAPOMQZL</Id></Distribution>`)
		return
	}
	_, _ = io.WriteString(w, o.config)
}

func (o *owned) requests() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.got)
}

// assumed is STS's answer to who takes on the operator's role.
const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>` +
	`<Arn>arn:aws:sts::123456789012:assumed-role/change/lifeboat</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAOPERATOR</AccessKeyId>` +
	`<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

// changer is one of the fake's distribution.
func (o *owned) changer(t *testing.T, change func(*Spec)) *Changer {
	t.Helper()
	spec := front(t, o.ServeHTTP)
	if change != nil {
		change(&spec)
	}
	c, err := NewChanger(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	current = Distribution{ETag: "E1"}
	toWest  = []OriginChange{{Distribution: "E2QWRUHAPOMQZL", Path: "*", From: "primary", To: "standby"}}
)

func TestNothingButATargetIsWritten(t *testing.T) {
	o := &owned{config: config}
	if err := o.changer(t, nil).SwitchOrigins(t.Context(), current, toWest); err != nil {
		t.Fatal(err)
	}
	was, _ := leaves([]byte(config))
	now, err := leaves([]byte(o.body))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(was)
	slices.Sort(now)
	want := strings.Replace(strings.Join(was, "\n"), "TargetOriginId=primary", "TargetOriginId=standby", 1)
	if strings.Join(now, "\n") != want {
		t.Errorf("written\n%s\nwant\n%s", strings.Join(now, "\n"), want)
	}
}

func TestAConfigurationThatWouldLoseAPartIsNotWritten(t *testing.T) {
	for path, newer := range map[string]string{
		"DistributionConfig.Quantum.Mode":               strings.Replace(config, "<Enabled>", "<Quantum><Mode>on</Mode></Quantum><Enabled>", 1),
		"DistributionConfig.Origins.Items.Origin.Color": strings.Replace(config, "<Id>standby</Id>", "<Id>standby</Id><Color>red</Color>", 1),
	} {
		o := &owned{config: newer}
		err := o.changer(t, nil).SwitchOrigins(t.Context(), current, toWest)
		kindIs(t, err, fault.Refused)
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want %s named", err, path)
		}
		if len(o.got) != 1 {
			t.Errorf("asked %v", o.got)
		}
	}
}

func TestChangesUseTheOperatorsCredentialsAndReadingsTheReaders(t *testing.T) {
	distribution, err := os.ReadFile("testdata/distribution.xml")
	if err != nil {
		t.Fatal(err)
	}
	o := &owned{config: config}
	c := o.changer(t, func(s *Spec) {
		at := s.CloudFront
		at.Region = "us-west-2"
		if s.By, err = aws.NewOperator(at, aws.OperatorSpec{RoleARN: "arn:aws:iam::123456789012:role/change"}); err != nil {
			t.Fatal(err)
		}
	})
	if err := c.SwitchOrigins(t.Context(), current, toWest); err != nil {
		t.Fatal(err)
	}
	o.config = `<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>`
	if err := c.Invalidate(t.Context(), "r", []string{"/*"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Invalidated(t.Context(), "r"); err != nil {
		t.Error(err)
	}
	o.config = string(distribution)
	if _, err := c.Distribution(t.Context()); err != nil {
		t.Error(err)
	}
	want := []string{"GET AKIAEXAMPLE", "POST AKIAEXAMPLE", "PUT ASIAOPERATOR", "POST ASIAOPERATOR", "GET AKIAEXAMPLE", "GET AKIAEXAMPLE"}
	if !slices.Equal(o.got, want) {
		t.Errorf("asked %v, want %v", o.got, want)
	}
}

type ctxKey struct{}

func TestEveryRequestIsToldWithItsContextBeforeItIsSent(t *testing.T) {
	o := &owned{config: config}
	var told []aws.Asked
	c := o.changer(t, func(s *Spec) {
		s.Asked = func(ctx context.Context, a aws.Asked) {
			if n := o.requests(); ctx.Value(ctxKey{}) != "step" || n != len(told) {
				t.Errorf("%+v was told with %v, after %d requests", a, ctx.Value(ctxKey{}), n)
			}
			told = append(told, a)
		}
	})
	if err := c.SwitchOrigins(context.WithValue(t.Context(), ctxKey{}, "step"), current, toWest); err != nil {
		t.Fatal(err)
	}
	want := []aws.Asked{
		{Region: "us-east-1", Operation: "cloudfront:GetDistributionConfig", Target: "E2QWRUHAPOMQZL"},
		{Region: "us-east-1", Operation: "cloudfront:UpdateDistribution", Target: "E2QWRUHAPOMQZL", Changes: true},
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %+v", told)
	}
}

func TestARoleThatIsAssumedForCloudFrontIsToldToo(t *testing.T) {
	spec := front(t, says(403, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`))
	spec.CloudFront.RoleARN = "arn:aws:iam::123456789012:role/lifeboat-read"
	var told []string
	spec.Asked = func(_ context.Context, a aws.Asked) { told = append(told, a.Operation) }
	kindIs(t, reader(t, spec).Control(t.Context(), Control{}).Distribution.Err, fault.Denied)
	if !slices.Equal(told, []string{"sts:AssumeRole"}) {
		t.Errorf("told %v", told)
	}
}
