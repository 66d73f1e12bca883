package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// s3Operations are those on objects that journal, lease and roles file need. Buckets are there; they are not made.
var s3Operations = map[string]operation{
	"HeadBucket":    headBucket,
	"ListObjectsV2": listObjects,
	"GetObject":     getObject,
	"HeadObject":    headObject,
	"PutObject":     putObject,
	"DeleteObject":  deleteObject,
}

var s3Routes = []wire.Route{
	{Method: "HEAD", Path: "/{Bucket}", Action: "HeadBucket"},
	{Method: "GET", Path: "/{Bucket}", Query: "list-type", Action: "ListObjectsV2"},
	{Method: "GET", Path: "/{Bucket}/{Key+}", Action: "GetObject"},
	{Method: "HEAD", Path: "/{Bucket}/{Key+}", Action: "HeadObject"},
	{Method: "PUT", Path: "/{Bucket}/{Key+}", Action: "PutObject"},
	{Method: "DELETE", Path: "/{Bucket}/{Key+}", Action: "DeleteObject"},
}

// bucket is the one that a request names, in the region that it was sent to. Query parameters beside the known ones ask
// for something else than the object itself: its versions, its tags.
func (c *call) bucket(known ...string) (*cloud.Bucket, error) {
	for _, name := range slices.Sorted(maps.Keys(c.in)) {
		if !slices.Contains(append(known, "Bucket", "Key", "x-id"), name) {
			return nil, &wire.Error{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: "the simulator does not simulate S3 requests with " + name}
		}
	}
	b, r := c.Bucket(c.in.String("Bucket"))
	switch {
	case b == nil:
		return nil, notFound("NoSuchBucket", "The specified bucket does not exist")
	case r != c.region:
		return nil, &wire.Error{
			Status: http.StatusMovedPermanently, Code: "PermanentRedirect", Header: map[string]string{"X-Amz-Bucket-Region": r.Name},
			Message: "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
		}
	}
	return b, nil
}

// condition is what a request's headers ask of the object.
func (c *call) condition() cloud.Condition {
	return cloud.Condition{Match: c.header.Get("If-Match"), NoneMatch: c.header.Get("If-None-Match")}
}

func headBucket(c *call) (wire.Struct, error) {
	_, err := c.bucket()
	c.out.Header = map[string]string{"X-Amz-Bucket-Region": c.region.Name}
	return nil, err
}

func getObject(c *call) (wire.Struct, error) {
	o, err := c.object()
	if err == nil {
		c.out.Raw = o.Body
	}
	return nil, err
}

// headObject has the headers of getObject; net/http sends no body after them.
func headObject(c *call) (wire.Struct, error) { return getObject(c) }

func (c *call) object() (*cloud.Object, error) {
	b, err := c.bucket()
	if err != nil {
		return nil, err
	}
	o := b.Object(c.in.String("Key"))
	if o == nil {
		return nil, cloud.NoSuchKey()
	}
	c.out.Header = map[string]string{
		"ETag": o.ETag, "Content-Type": o.Type, "Last-Modified": o.Modified.UTC().Format(http.TimeFormat), "Accept-Ranges": "none",
	}
	for _, m := range o.Metadata {
		c.out.Header[metadata+m.Key] = m.Value
	}
	return o, c.condition().ForReading(o)
}

const metadata = "X-Amz-Meta-"

func putObject(c *call) (wire.Struct, error) {
	b, err := c.bucket()
	if err != nil {
		return nil, err
	}
	o := cloud.Object{Key: c.in.String("Key"), Body: c.body, Type: c.header.Get("Content-Type")}
	if o.Type == "" {
		o.Type = "binary/octet-stream"
	}
	for name, values := range c.header {
		if key, ok := strings.CutPrefix(name, metadata); ok {
			o.Metadata = append(o.Metadata, cloud.Tag{Key: strings.ToLower(key), Value: values[0]})
		}
	}
	written, err := c.Put(b, o, c.condition())
	if err != nil {
		return nil, err
	}
	c.out.Header = map[string]string{"ETag": written.ETag}
	return nil, nil
}

func deleteObject(c *call) (wire.Struct, error) {
	b, err := c.bucket()
	if err != nil {
		return nil, err
	}
	c.out.Status = http.StatusNoContent
	return nil, c.Remove(b, c.in.String("Key"), c.condition())
}

// s3Time is a moment as S3 lists it, to the second.
func s3Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
