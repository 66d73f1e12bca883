package wire

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
)

// decodeREST finds the route, and takes input from its path, the query string and the body.
func (q *Request) decodeREST(r *http.Request, body []byte, routes []Route) *Error {
	q.In = In{}
	query := r.URL.Query()
	for name, values := range query {
		q.In[name] = values[0]
	}
	body, err := unchunked(r.Header, body)
	if err != nil {
		return err
	}
	for _, route := range routes {
		if route.Method == r.Method && (route.Query == "" || query.Has(route.Query)) && q.follows(route.Path, r.URL.Path) {
			q.Action = route.Action
			if route.Document {
				return q.decodeXML(body)
			}
			q.Body = body
			return nil
		}
	}
	q.Action = r.Method + " " + r.URL.Path
	return nil
}

// follows says whether a path follows a pattern, and takes input from it.
func (q *Request) follows(pattern, path string) bool {
	want := strings.Split(pattern, "/")
	rest := strings.HasSuffix(pattern, "+}")
	if !rest {
		path = strings.TrimSuffix(path, "/")
	}
	got := strings.SplitN(path, "/", len(want))
	if !rest {
		got = strings.Split(path, "/")
	}
	if len(want) != len(got) {
		return false
	}
	for i, word := range want {
		if !strings.HasPrefix(word, "{") && word != got[i] || strings.HasPrefix(word, "{") && got[i] == "" {
			return false
		}
	}
	for i, word := range want {
		if strings.HasPrefix(word, "{") {
			q.In[strings.Trim(word, "{+}")] = got[i]
		}
	}
	return true
}

// unchunked takes a body out of the chunks that AWS's clients sign or check one by one (aws-chunked). The checks are not made.
func unchunked(h http.Header, body []byte) ([]byte, *Error) {
	if !strings.HasPrefix(h.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return body, nil
	}
	body, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body)))
	if err != nil {
		return nil, Refuse("IncompleteBody", "the chunks of the body do not end: %v", err)
	}
	return body, nil
}
