package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"lifeboat/aws/sim/cloud"
)

// s3answer is what S3 says to one signed request.
type s3answer struct {
	status int
	header http.Header
	body   string
}

// s3 sends one request for a key of a region's own bucket, signed as an SDK signs it.
func (b *bubble) s3(t *testing.T, region, method, key, body string, headers ...string) s3answer {
	t.Helper()
	return b.s3in(t, region, b.bucket(region), method, key, body, headers...)
}

func (b *bubble) bucket(region string) (name string) {
	b.Locked(func(w *cloud.World) { name = w.Region(region).Buckets[0].Name })
	return name
}

func (b *bubble) s3in(t *testing.T, region, bucket, method, key, body string, headers ...string) s3answer {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequest(method, "http://simulator/"+bucket+key, strings.NewReader(body)))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	sum := sha256.Sum256([]byte(body))
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	if err := v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: "AKIASIMULATED", SecretAccessKey: "secret"}, r, hex.EncodeToString(sum[:]), "s3", region, time.Now()); err != nil {
		t.Fatal(err)
	}
	response := must[*http.Response](t)(b.transport.RoundTrip(r))
	defer func() { _ = response.Body.Close() }()
	return s3answer{response.StatusCode, response.Header, string(must[[]byte](t)(io.ReadAll(response.Body)))}
}

func (a s3answer) refused(t *testing.T, status int, code string) {
	t.Helper()
	var e struct {
		XMLName xml.Name
		Code    string
	}
	_ = xml.Unmarshal([]byte(a.body), &e)
	if a.status != status || e.Code != code || code != "" && e.XMLName.Local != "Error" {
		t.Errorf("answered %d %s, want %d %s: %s", a.status, e.Code, status, code, a.body)
	}
}

func TestAnObjectIsReadBackAsItWasWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		put := b.s3(t, west, "PUT", "/runs/1/00000001.json", `{"a": 1}`, "Content-Type", "application/json", "X-Amz-Meta-Holder", "anna")
		expect(t, "written", put.status, 200)
		got := b.s3(t, west, "GET", "/runs/1/00000001.json?x-id=GetObject", "")
		expect(t, "body", got.body, `{"a": 1}`)
		expect(t, "ETag", got.header.Get("ETag"), put.header.Get("ETag"))
		expect(t, "type", got.header.Get("Content-Type"), "application/json")
		expect(t, "holder", got.header.Get("X-Amz-Meta-Holder"), "anna")
		expect(t, "date", got.header.Get("Date"), time.Now().UTC().Format(http.TimeFormat))
		expect(t, "modified", got.header.Get("Last-Modified"), time.Now().UTC().Format(http.TimeFormat))
		head := b.s3(t, west, "HEAD", "/runs/1/00000001.json", "")
		expect(t, "head", fmt.Sprint(head.status, head.header.Get("ETag"), head.header.Get("Content-Length"), head.body), "200"+put.header.Get("ETag")+"8")
		expect(t, "not modified", b.s3(t, west, "GET", "/runs/1/00000001.json", "", "If-None-Match", put.header.Get("ETag")).status, 304)
		b.s3(t, west, "GET", "/runs/1/00000001.json", "", "If-Match", `"other"`).refused(t, 412, "PreconditionFailed")
		expect(t, "deleted", b.s3(t, west, "DELETE", "/runs/1/00000001.json", "").status, 204)
		b.s3(t, west, "GET", "/runs/1/00000001.json", "").refused(t, 404, "NoSuchKey")
		expect(t, "head of nothing", b.s3(t, west, "HEAD", "/runs/1/00000001.json", "").status, 404)
		expect(t, "deleted again", b.s3(t, west, "DELETE", "/runs/1/00000001.json", "").status, 204)
	})
}

func TestConditionalWritesHaveOneWinner(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.s3(t, west, "PUT", "/lease", "a", "If-Match", `"anything"`).refused(t, 404, "NoSuchKey")
		var winners, losers int
		var mu sync.Mutex
		var all sync.WaitGroup
		for n := range 16 {
			all.Go(func() {
				a := b.s3(t, west, "PUT", "/lease", fmt.Sprint(n), "If-None-Match", "*")
				mu.Lock()
				defer mu.Unlock()
				switch a.status {
				case 200:
					winners++
				case 412:
					losers++
				}
			})
		}
		all.Wait()
		expect(t, "winners", winners, 1)
		expect(t, "losers", losers, 15)
		held := b.s3(t, west, "HEAD", "/lease", "").header.Get("ETag")
		b.s3(t, west, "PUT", "/lease", "other", "If-Match", `"0123"`).refused(t, 412, "PreconditionFailed")
		expect(t, "renewed", b.s3(t, west, "PUT", "/lease", "renewed", "If-Match", held).status, 200)
		b.s3(t, west, "PUT", "/lease", "late", "If-Match", held).refused(t, 412, "PreconditionFailed")
		b.s3(t, west, "DELETE", "/lease", "", "If-Match", held).refused(t, 412, "PreconditionFailed")
		expect(t, "what is there", b.s3(t, west, "GET", "/lease", "").body, "renewed")
	})
}

type listed struct {
	Contents              []struct{ Key, ETag string }
	CommonPrefixes        []struct{ Prefix string }
	IsTruncated           bool
	KeyCount              int
	NextContinuationToken string
}

func (l listed) String() string {
	var all []string
	for _, o := range l.Contents {
		all = append(all, o.Key)
	}
	for _, p := range l.CommonPrefixes {
		all = append(all, p.Prefix)
	}
	return strings.Join(all, " ")
}

func (b *bubble) list(t *testing.T, query string) (l listed) {
	t.Helper()
	a := b.s3(t, west, "GET", "/?list-type=2&"+query, "")
	if err := xml.Unmarshal([]byte(a.body), &l); err != nil || a.status != 200 {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return l
}

func TestObjectsAreListedInOrderInPagesAndByWhatTheyHaveInCommon(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		for _, key := range []string{"runs/b/2", "runs/a/1", "runs/b/1", "lease", "runs/a/2", "runs/index", "roles/x y&z"} {
			expect(t, key, b.s3(t, west, "PUT", "/"+url.PathEscape(key), key).status, 200)
		}
		expect(t, "all", b.list(t, "").String(), "lease roles/x y&z runs/a/1 runs/a/2 runs/b/1 runs/b/2 runs/index")
		expect(t, "below", b.list(t, "prefix=runs/b/").String(), "runs/b/1 runs/b/2")
		expect(t, "after", b.list(t, "start-after=runs/b/1").String(), "runs/b/2 runs/index")
		expect(t, "common", b.list(t, "prefix=runs/&delimiter=/").String(), "runs/index runs/a/ runs/b/")
		expect(t, "encoded", b.list(t, "prefix=roles&encoding-type=url").String(), "roles/x+y%26z")
		for _, query := range []string{"max-keys=2", "max-keys=1&delimiter=/", "max-keys=2&delimiter=/&prefix=runs/"} {
			seen, token := []string{}, ""
			for {
				page := b.list(t, query+"&continuation-token="+url.QueryEscape(token))
				expect(t, "count", page.KeyCount, len(page.Contents)+len(page.CommonPrefixes))
				seen = append(seen, page.String())
				if token = page.NextContinuationToken; !page.IsTruncated {
					break
				}
			}
			want := map[string]string{
				"max-keys=2":                          "lease roles/x y&z, runs/a/1 runs/a/2, runs/b/1 runs/b/2, runs/index",
				"max-keys=1&delimiter=/":              "lease, roles/, runs/",
				"max-keys=2&delimiter=/&prefix=runs/": "runs/a/ runs/b/, runs/index",
			}[query]
			expect(t, query, strings.Join(seen, ", "), want)
		}
	})
}

func TestABucketIsOfOneRegion(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		a := b.s3in(t, east, b.bucket(west), "GET", "/lease", "")
		a.refused(t, 301, "PermanentRedirect")
		expect(t, "region", a.header.Get("X-Amz-Bucket-Region"), west)
		expect(t, "head", b.s3in(t, west, b.bucket(west), "HEAD", "", "").status, 200)
		b.s3in(t, west, "nothing", "PUT", "/lease", "a").refused(t, 404, "NoSuchBucket")
		b.s3(t, west, "GET", "/lease?versionId=1", "").refused(t, 501, "NotImplemented")
		b.s3(t, west, "GET", "/?versioning", "").refused(t, 400, "InvalidAction")
	})
}

func TestObjectsOutliveTheControlPlaneButNotTheRegion(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.direct(t, "control-plane", west)
		expect(t, "without a control plane", b.s3(t, west, "PUT", "/lease", "a").status, 200)
		b.direct(t, "restore")
		b.direct(t, "throttle", west)
		for n := range 4 {
			if a := b.s3(t, west, "GET", "/lease", ""); n > 0 {
				a.refused(t, 503, "SlowDown")
			}
		}
	})
}

func TestChunksOfABodyArePutTogether(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		chunked := "3;chunk-signature=0\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"
		r := must[*http.Request](t)(http.NewRequest("PUT", "http://simulator/"+b.bucket(west)+"/chunks", bytes.NewReader([]byte(chunked))))
		const unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
		r.Header.Set("X-Amz-Content-Sha256", unsigned)
		if err := v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret"}, r, unsigned, "s3", west, time.Now()); err != nil {
			t.Fatal(err)
		}
		response := must[*http.Response](t)(b.transport.RoundTrip(r))
		_ = response.Body.Close()
		expect(t, "status", response.StatusCode, 200)
		expect(t, "body", b.s3(t, west, "GET", "/chunks", "").body, "abcde")
	})
}
