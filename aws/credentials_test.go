package aws_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

const role = "arn:aws:iam::123456789012:role/lifeboat-read"

// file writes a file of its own and gives its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnExpiredSessionIsPickedUpWhenItIsRenewed(t *testing.T) {
	hermetic(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	path := file(t, "[ops]\naws_access_key_id = AKIAOLD\naws_secret_access_key = x\naws_session_token = y\n")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", path)
	p := open(t, 4)
	p.meddle("*", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		switch {
		case !strings.Contains(r.Header.Get("Authorization"), "AKIAOLD"):
			inner.ServeHTTP(w, r)
		case r.Header.Get("X-Amz-Target") != "":
			say(400, `{"__type": "ExpiredTokenException", "message": "The security token included in the request is expired"}`)(w, r, inner)
		default:
			say(403, `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`)(w, r, inner)
		}
	})
	s := p.spec(east)
	s.Profile = "ops"
	r := reader(t, s)
	f := r.Fast(t.Context(), aws.Fast{})
	errs := errorsOf(f)
	if len(errs) != 6 {
		t.Errorf("only these parts say so: %v", errs)
	}
	for part, err := range errs {
		wantKind(t, part, err, fault.Expired)
	}
	if h := f.API.Value; h.Silent != 0 || h.Answered != f.Calls {
		t.Errorf("an expired session makes the API look silent: %+v", h)
	}
	if err := os.WriteFile(path, []byte("[ops]\naws_access_key_id = AKIANEW\naws_secret_access_key = x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantNoErrors(t, errorsOf(r.Fast(t.Context(), f)))
}

func TestAProfileThatIsNotThereSaysSo(t *testing.T) {
	hermetic(t)
	s := open(t, 4).spec(east)
	s.Profile = "nobody"
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	if want := `credentials on us-east-1: no credentials (there is no AWS profile "nobody")`; f.Services.Err == nil || f.Services.Err.Error() != want {
		t.Errorf("says %v, want %s", f.Services.Err, want)
	}
	if len(errorsOf(f)) != 6 || f.Calls != 0 {
		t.Errorf("%d calls were made, and these parts failed: %v", f.Calls, errorsOf(f))
	}
}

func TestARoleIsAssumedOnce(t *testing.T) {
	hermetic(t)
	p := open(t, 4)
	s := p.spec(west)
	s.RoleARN = role
	r := reader(t, s)
	f := r.Fast(t.Context(), aws.Fast{})
	wantNoErrors(t, errorsOf(f))
	id := f.Identity.Value
	want(t, "name", id.Name, "lifeboat-read")
	want(t, "source", id.Source, "EnvConfigCredentials > AssumeRoleProvider")
	want(t, "expires, as the credentials do that the role is assumed with", id.Expires, time.Time{})
	first := p.take()
	want(t, "counted calls", f.Calls, len(first))
	assumed := 0
	for _, op := range append(first, func() []string { r.Fast(t.Context(), f); return p.take() }()...) {
		if op == "sts:AssumeRole" {
			assumed++
		}
	}
	want(t, "times the role was assumed", assumed, 1)
}

func TestARoleThatTheRegionsSTSDoesNotGiveIsASilentRegion(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("*", hang)
		s := p.spec(west)
		s.RoleARN = role
		r := reader(t, s)
		var f aws.Fast
		if lasted := took(func() { f = r.Fast(t.Context(), aws.Fast{}) }); lasted > 5*time.Second {
			t.Errorf("it took %s", lasted)
		}
		for part, err := range errorsOf(f) {
			wantKind(t, part, err, fault.TimedOut)
		}
		if want := "sts:AssumeRole on us-west-2 " + role + ": timed out (no answer in 5s)"; f.Services.Err.Error() != want {
			t.Errorf("says %v, want %s", f.Services.Err, want)
		}
		want(t, "health", f.API.Value, aws.APIHealth{Silent: 1})
	})
}

func TestARoleThatMayNotBeAssumedIsDenied(t *testing.T) {
	hermetic(t)
	p := open(t, 4)
	p.meddle("sts:AssumeRole", say(403, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`))
	s := p.spec(west)
	s.RoleARN = role
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	for part, err := range errorsOf(f) {
		wantKind(t, part, err, fault.Denied)
	}
}

// container serves credentials that end, as ECS does for a task.
func container(t *testing.T, expires time.Time) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"AccessKeyId": "ASIATASK", "SecretAccessKey": "x", "Token": "y", "Expiration": %q}`, expires.Format(time.RFC3339))
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)
}

func TestCredentialsSayWhenTheyEnd(t *testing.T) {
	hermetic(t)
	s := open(t, 4).spec(west)
	end := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	container(t, end)
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	want(t, "expires", f.Identity.Value.Expires.UTC(), end)
	want(t, "source", f.Identity.Value.Source, "CredentialsEndpointProvider")

	s.RoleARN = role
	f = reader(t, s).Fast(t.Context(), aws.Fast{})
	want(t, "expires, with a role whose session renews itself", f.Identity.Value.Expires.UTC(), end)
	want(t, "source", f.Identity.Value.Source, "CredentialsEndpointProvider > AssumeRoleProvider")
}

func TestACallersNameIsThatWhichAPersonKnows(t *testing.T) {
	hermetic(t)
	p := open(t, 4)
	for arn, name := range map[string]string{
		"arn:aws:sts::1:assumed-role/ops-read/operator":                                "ops-read",
		"arn:aws:sts::1:assumed-role/AWSReservedSSO_ops-read_0123456789abcdef/someone": "ops-read",
		"arn:aws:iam::1:user/team/alice":                                               "alice",
		"arn:aws:iam::1:root":                                                          "root",
		"arn:aws:sts::1:federated-user/bob":                                            "bob",
		"":                                                                             "",
	} {
		p.meddle("sts:GetCallerIdentity", say(200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>"+arn+"</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"))
		f := reader(t, p.spec(west)).Fast(t.Context(), aws.Fast{})
		want(t, "name of "+arn, f.Identity.Value.Name, name)
	}
}
