package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// S3's permissions, by which its requests are named.
const (
	putObject  = "s3:PutObject"
	getObject  = "s3:GetObject"
	listBucket = "s3:ListBucket"
)

// Bucket is an S3 bucket of one region with conditional writes, in which journals, leases and the roles file are kept. A
// write is one request that nobody repeats; reads are repeated as a Reader's are. Errors are ErrPrecondition, else
// *fault.Error. It may be used from many goroutines.
type Bucket struct {
	hands
	name string
}

// Object is what a bucket answers of a key.
type Object struct {
	Found bool
	Body  []byte
	ETag  string    // with its quotes
	Date  time.Time // the bucket's own clock: the answer's Date, in whole seconds; set where nothing is found too
}

// ErrPrecondition is a conditional write that S3 has refused, HTTP 412: the object is there, or is another one. Whatever
// does not tell as much (409: another such write is under way) is another error.
var ErrPrecondition = errors.New("the object is not as the condition says")

// NewBucket makes a bucket's door. What is written is signed with by's session; with by nil with spec's own credentials,
// as reads are. It touches no network, and refuses what NewReader refuses.
func NewBucket(spec Spec, by *Operator, bucket string) (*Bucket, error) {
	if bucket == "" {
		return nil, errors.New("a bucket: its name is missing")
	}
	h, err := newHands(spec, by)
	return &Bucket{h, bucket}, err
}

// PutIfAbsent writes an object that must not be there yet (If-None-Match: *).
func (b *Bucket) PutIfAbsent(ctx context.Context, key string, body []byte) error {
	return b.put(ctx, &s3.PutObjectInput{Key: &key, Body: bytes.NewReader(body), IfNoneMatch: awssdk.String("*")})
}

// PutIfMatch replaces the object that has this ETag (If-Match). Where there is none any more it fails as not found.
func (b *Bucket) PutIfMatch(ctx context.Context, key, etag string, body []byte) error {
	return b.put(ctx, &s3.PutObjectInput{Key: &key, Body: bytes.NewReader(body), IfMatch: &etag})
}

func (b *Bucket) put(ctx context.Context, in *s3.PutObjectInput) error {
	in.Bucket, in.ContentType = &b.name, awssdk.String("application/json") // all that is kept here is; Terraform reads no other body
	l := b.change.look(ctx)
	err := change(ctx, l, putObject, b.at(*in.Key), l.api.put, in)
	if api, ok := is[smithy.APIError](err); ok && api.ErrorCode() == "PreconditionFailed" {
		return fmt.Errorf("%s on %s: %w", putObject, l.on(b.at(*in.Key)), ErrPrecondition)
	}
	return err
}

// Get reads an object. One that is not there is no error.
func (b *Bucket) Get(ctx context.Context, key string) (Object, error) {
	l := b.read.look(ctx)
	defer l.end()
	o, err := ask(ctx, l, getObject, b.at(key), l.api.get, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return Object{}, err
	}
	return *o, nil
}

// List gives the keys that begin with prefix and come after after, in order. With a delimiter those that have it behind
// the prefix are given once, cut off behind it.
func (b *Bucket) List(ctx context.Context, prefix, after, delimiter string) ([]string, error) {
	l := b.read.look(ctx)
	defer l.end()
	in := &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: given(prefix), StartAfter: given(after), Delimiter: given(delimiter)}
	keys, err := collect(ctx, l, listBucket, b.name, s3.NewListObjectsV2Paginator(l.api.objects(), in),
		func(o *s3.ListObjectsV2Output) []string {
			return append(mapped(o.Contents, func(o types.Object) string { return awssdk.ToString(o.Key) }),
				mapped(o.CommonPrefixes, func(p types.CommonPrefix) string { return awssdk.ToString(p.Prefix) })...)
		})
	slices.Sort(keys)
	return slices.Compact(keys), err
}

func (b *Bucket) at(key string) string { return b.name + "/" + key }

// given is a text, or nothing where it is empty.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// put is the client's PutObject, whose answer is S3's only with an ETag: a proxy's "200 OK" has written nothing.
func (c *clients) put(ctx context.Context, in *s3.PutObjectInput, o ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	out, err := c.objects().PutObject(ctx, in, o...)
	if err == nil && out.ETag == nil {
		return nil, &smithy.DeserializationError{Err: errors.New("the answer has no ETag")}
	}
	return out, err
}

// get is the client's GetObject with the object's body, and with S3's word that there is none as an answer.
func (c *clients) get(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*Object, error) {
	out, err := c.objects().GetObject(ctx, in, o...)
	if _, absent := is[*types.NoSuchKey](err); absent {
		return dated(&Object{}, responseOf(err))
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Body.Close() }()
	found := &Object{Found: true, ETag: awssdk.ToString(out.ETag)}
	if found.ETag == "" {
		return nil, &smithy.DeserializationError{Err: errors.New("the answer has no ETag")}
	}
	if found.Body, err = io.ReadAll(io.LimitReader(out.Body, mostOfAnObject+1)); err != nil {
		return nil, &smithy.DeserializationError{Err: err}
	}
	if len(found.Body) > mostOfAnObject {
		return nil, &smithy.DeserializationError{Err: fmt.Errorf("the object is larger than %d bytes", mostOfAnObject)}
	}
	return dated(found, responseIn(out.ResultMetadata))
}

// mostOfAnObject is the most of one that is read: nothing that Lifeboat keeps comes near it.
const mostOfAnObject = 16 << 20

// dated gives an object the Date of its answer, by which a lease's end is judged.
func dated(o *Object, r *http.Response) (*Object, error) {
	date := ""
	if r != nil {
		date = r.Header.Get("Date")
	}
	at, err := http.ParseTime(date)
	if err != nil {
		return nil, &smithy.DeserializationError{Err: fmt.Errorf("the answer's Date is %q", date)}
	}
	o.Date = at
	return o, nil
}

// responseIn is the HTTP answer that a result was made of.
func responseIn(m middleware.Metadata) *http.Response {
	if r, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response); ok {
		return r.Response
	}
	return nil
}

// responseOf is the HTTP answer that an error was made of; nil where there was none.
func responseOf(err error) *http.Response {
	if r, ok := is[*smithyhttp.ResponseError](err); ok && r.Response != nil {
		return r.Response.Response
	}
	return nil
}
