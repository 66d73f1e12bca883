package edge

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// largestBody is how much of an answer is read. A health answer is a few hundred bytes; the rest of a page is not worth
// its traffic.
const largestBody = 64 << 10

// readBody reads the beginning of an answer. What comes after largestBody is not waited for.
func readBody(body io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(body, largestBody))
}

func (r *Reader) answer(response *http.Response, body []byte, took time.Duration, address string) Answer {
	a := Answer{
		Status:  response.StatusCode,
		Took:    took,
		Address: address,
		Via:     response.Header.Get("X-Cache"),
		Server:  response.Header.Get("Server"),
	}
	if a.Via == "" {
		a.Via = response.Header.Get("CF-Cache-Status")
	}
	health := object(body)
	a.Environment = field(health, r.spec.Field)
	a.Region = r.spec.Environments[a.Environment]
	a.Database = field(health, "database.status")
	return a
}

// object is a JSON object; nil for anything else.
func object(body []byte) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var o map[string]any
	if decoder.Decode(&o) != nil {
		return nil
	}
	return o
}

// field is the word or the number at a dotted path in o; "" where there is none.
func field(o map[string]any, path string) string {
	name, rest, deeper := strings.Cut(path, ".")
	switch v := o[name].(type) {
	case map[string]any:
		if deeper {
			return field(v, rest)
		}
	case string:
		if !deeper {
			return v
		}
	case json.Number:
		if !deeper {
			return v.String()
		}
	}
	return ""
}

// Cached says whether a CDN answered out of its memory: such an answer says nothing about who serves now.
func (a Answer) Cached() bool {
	word, _, _ := strings.Cut(strings.ToLower(a.Via), " ")
	switch word {
	case "hit", "refreshhit", "revalidated", "stale", "updating":
		return true
	}
	return false
}

// Writes says whether this answer to the write probe proves that writes are taken: a 2xx that names its site.
func (a Answer) Writes() bool {
	return a.Status >= 200 && a.Status < 300 && a.Environment != ""
}
