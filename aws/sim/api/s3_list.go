package api

import (
	"net/url"
	"strings"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// listing is one page of ListObjectsV2: keys, and in place of those that go on after the delimiter what they have in
// common.
type listing struct {
	objects  []*cloud.Object
	prefixes []string
	last     string // key or prefix that the page ends with
	more     bool
}

// s3Page is the most that a page holds.
const s3Page = 1000

func listObjects(c *call) (wire.Struct, error) {
	b, err := c.bucket("list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token", "encoding-type", "fetch-owner")
	if err != nil {
		return nil, err
	}
	after := c.in.String("start-after")
	if token := c.in.String("continuation-token"); token != "" {
		if after, err = url.QueryUnescape(token); err != nil {
			return nil, wire.Refuse("InvalidArgument", "The continuation token provided is incorrect")
		}
	}
	prefix, delimiter := c.in.String("prefix"), c.in.String("delimiter")
	most := min(c.in.Int("max-keys", s3Page), s3Page)
	page := list(b.Objects(prefix, after), prefix, delimiter, after, most)
	c.out.Root = "ListBucketResult"
	return c.listed(b, page, prefix, delimiter, most), nil
}

// list cuts a page. Keys come in order, so what they have in common comes together.
func list(objects []*cloud.Object, prefix, delimiter, after string, most int) (page listing) {
	for _, o := range objects {
		if delimiter != "" && strings.HasSuffix(after, delimiter) && strings.HasPrefix(o.Key, after) && len(after) > len(prefix) {
			continue // the page before ended with what this has in common with others
		}
		common := commonPrefix(o.Key, prefix, delimiter)
		if common != "" && common == page.last {
			continue
		}
		if len(page.objects)+len(page.prefixes) >= most {
			page.more = true
			break
		}
		if page.last = o.Key; common != "" {
			page.prefixes, page.last = append(page.prefixes, common), common
		} else {
			page.objects = append(page.objects, o)
		}
	}
	return page
}

// commonPrefix is a key up to the first delimiter after the prefix; "" if there is none.
func commonPrefix(key, prefix, delimiter string) string {
	if delimiter == "" {
		return ""
	}
	i := strings.Index(key[len(prefix):], delimiter)
	if i < 0 {
		return ""
	}
	return key[:len(prefix)+i+len(delimiter)]
}

func (c *call) listed(b *cloud.Bucket, page listing, prefix, delimiter string, most int) wire.Struct {
	write := func(s string) string { return s }
	if c.in.String("encoding-type") == "url" {
		write = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	var next any
	if page.more {
		next = url.QueryEscape(page.last)
	}
	out := wire.Struct{
		{"Name", b.Name}, {"Prefix", write(prefix)}, {"Delimiter", wire.When(write(delimiter))}, {"MaxKeys", most},
		{"EncodingType", wire.When(c.in.String("encoding-type"))}, {"KeyCount", len(page.objects) + len(page.prefixes)},
		{"IsTruncated", page.more}, {"NextContinuationToken", next},
		{"ContinuationToken", wire.When(c.in.String("continuation-token"))}, {"StartAfter", wire.When(write(c.in.String("start-after")))},
	}
	for _, o := range page.objects {
		out = append(out, wire.Field{"Contents", wire.Struct{
			{"Key", write(o.Key)}, {"LastModified", s3Time(o.Modified)}, {"ETag", o.ETag}, {"Size", len(o.Body)}, {"StorageClass", "STANDARD"},
		}})
	}
	for _, p := range page.prefixes {
		out = append(out, wire.Field{"CommonPrefixes", wire.Struct{{"Prefix", write(p)}}})
	}
	return out
}
