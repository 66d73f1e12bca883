package aws

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// closing answers a request after its sender has closed the body, as smithy-go does when an answer comes fast.
type closing struct{ sent io.Closer }

func (c closing) Do(r *http.Request) (*http.Response, error) {
	_ = c.sent.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
}

// closable is a body that cannot be read once it is closed.
type closable struct {
	io.Reader
	closed bool
}

func (c *closable) Close() error { c.closed = true; return nil }

func (c *closable) Read(p []byte) (int, error) {
	if c.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	return c.Reader.Read(p)
}

func TestABodyThatTheSDKClosesEarlyIsStillSentWhole(t *testing.T) {
	body := &closable{Reader: strings.NewReader("Action=DescribeDBInstances")}
	request, err := http.NewRequest(http.MethodPost, "http://127.0.0.1", body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := settled{closing{body}}.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(answer.Body); string(got) != "Action=DescribeDBInstances" {
		t.Errorf("sent %q", got)
	}
}
