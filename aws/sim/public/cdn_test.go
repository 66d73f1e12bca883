package public

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lifeboat/aws/sim/cloud"
)

// asked is a CDN over the reference estate whose origins all answer status; it notes who was asked.
func asked(t *testing.T, status int, change func(d *cloud.Distribution), method, path string) (origins string, got *http.Response) {
	t.Helper()
	c := cloud.Reference(cloud.Options{})
	c.Locked(func(w *cloud.World) { change(w.Distributions[0]) })
	front := &cdn{cloud: c, fetch: func(_ *http.Request, o cloud.Origin, _ []byte) answer {
		origins += o.ID + " "
		return answer{status: status, criterion: status, header: http.Header{}}
	}}
	r := httptest.NewRequest(method, "https://davidshaevel.com"+path, nil)
	r.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	return strings.TrimSpace(origins), w.Result()
}

func TestAnOriginGroupFailsOverOnItsCriteriaForReadingMethods(t *testing.T) {
	everything := func(d *cloud.Distribution) { d.Default.Methods = []string{"GET", "HEAD", "OPTIONS", "POST"} }
	for _, one := range []struct {
		status       int
		method, path string
		origins      string
	}{
		{200, "GET", "/", "origin"},
		{404, "GET", "/", "origin"},
		{500, "GET", "/", "origin standby"},
		{502, "HEAD", "/", "origin standby"},
		{503, "OPTIONS", "/", "origin standby"},
		{504, "GET", "/", "origin standby"},
		{503, "POST", "/", "origin"}, // AWS refuses such a behaviour; if one were there, it would not fail over
		{503, "GET", "/api/x", "origin"},
	} {
		if origins, got := asked(t, one.status, everything, one.method, one.path); origins != one.origins || got.StatusCode != one.status {
			t.Errorf("%d to %s %s: asked %q, answered %d", one.status, one.method, one.path, origins, got.StatusCode)
		}
	}
}

func TestADistributionThatIsOffAnswersNothing(t *testing.T) {
	off := func(d *cloud.Distribution) { d.Enabled = false }
	if origins, got := asked(t, 200, off, "GET", "/"); origins != "" || got.StatusCode != 403 {
		t.Errorf("asked %q, answered %d", origins, got.StatusCode)
	}
}
