package edge

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// question is a probe made ready.
type question struct {
	Probe
	url     *url.URL
	dial    string // host:port
	name    string // that the certificate must show
	display string // "GET /api/health"
}

func parse(p Probe) (question, error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return question{}, err
	}
	if u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return question{}, fmt.Errorf("%q is no http or https URL", p.URL)
	}
	if p.Method == "" {
		p.Method = http.MethodGet
	}
	if p.Host == "" {
		p.Host = u.Host
	}
	q := question{Probe: p, url: u, dial: p.Dial, name: (&url.URL{Host: p.Host}).Hostname(), display: p.Method + " " + path(u)}
	if q.dial == "" {
		q.dial = net.JoinHostPort(u.Hostname(), portOf(u))
	}
	if _, _, err := net.SplitHostPort(q.dial); err != nil {
		return question{}, fmt.Errorf("dial %q: write host:port: %w", q.dial, err)
	}
	return q, nil
}

// request is the question as it is sent at now; number fills in {n}.
func (q question) request(number func(time.Time) int64, now time.Time) (*http.Request, error) {
	var body io.Reader
	if q.Body != "" {
		body = strings.NewReader(strings.NewReplacer(
			"{n}", strconv.FormatInt(number(now), 10),
			"{time}", now.UTC().Format("2006-01-02T15:04:05.000Z"),
		).Replace(q.Body))
	}
	request, err := http.NewRequest(q.Method, q.url.String(), body)
	if err != nil {
		return nil, err
	}
	request.Host = q.Host
	request.Header.Set("User-Agent", "lifeboat")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range q.Header {
		request.Header.Set(name, value)
	}
	return request, nil
}

// next is a number for {n}: the milliseconds since 1970, or one more than the last where that is not higher, so that
// the rows of one process and of those after it stand in the order in which they were written.
func (r *Reader) next(now time.Time) int64 {
	for {
		last := r.number.Load()
		n := max(now.UnixMilli(), last+1)
		if r.number.CompareAndSwap(last, n) {
			return n
		}
	}
}

func path(u *url.URL) string {
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

func withPort(hosts []string, port string) []string {
	all := make([]string, len(hosts))
	for i, host := range hosts {
		all[i] = net.JoinHostPort(host, port)
	}
	return all
}
