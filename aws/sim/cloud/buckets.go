package cloud

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Bucket is an S3 bucket. Its objects have no versions.
type Bucket struct {
	Name    string
	Created time.Time

	objects []*Object // by key
}

// Object is an object in a bucket.
type Object struct {
	Key      string
	Body     []byte // not to be changed
	ETag     string // with its quotes
	Type     string // Content-Type
	Modified time.Time
	Metadata []Tag // lower-case names, without x-amz-meta-
}

// Condition is what a request asks of the object as it is. Empty: nothing.
type Condition struct {
	Match     string // If-Match: this ETag, or * for any object
	NoneMatch string // If-None-Match: another than this ETag, or * for none
}

// Bucket finds a bucket in any region, and says in which; nil if there is none.
func (w *World) Bucket(name string) (*Bucket, *Region) {
	for _, r := range w.Regions {
		for _, b := range r.Buckets {
			if b.Name == name {
				return b, r
			}
		}
	}
	return nil, nil
}

// Object finds an object by key; nil if there is none.
func (b *Bucket) Object(key string) *Object {
	if i, found := b.find(key); found {
		return b.objects[i]
	}
	return nil
}

func (b *Bucket) find(key string) (int, bool) {
	return slices.BinarySearchFunc(b.objects, key, func(o *Object, key string) int { return cmp.Compare(o.Key, key) })
}

// Objects are those whose key begins with prefix and comes after after, by key.
func (b *Bucket) Objects(prefix, after string) []*Object {
	var found []*Object
	for _, o := range b.objects {
		if strings.HasPrefix(o.Key, prefix) && o.Key > after {
			found = append(found, o)
		}
	}
	return found
}

// Put writes an object whole, if the condition holds of what is there. Of several that demand the same, one succeeds.
func (w *World) Put(b *Bucket, o Object, c Condition) (*Object, error) {
	i, found := b.find(o.Key)
	var before *Object
	if found {
		before = b.objects[i]
	}
	if err := c.forWriting(before); err != nil {
		return nil, err
	}
	sum := md5.Sum(o.Body)
	o.ETag, o.Modified = `"`+hex.EncodeToString(sum[:])+`"`, w.now.Truncate(time.Second)
	if found {
		b.objects[i] = &o
	} else {
		b.objects = slices.Insert(b.objects, i, &o)
	}
	return &o, nil
}

// Remove deletes an object, if the condition holds of it. One that is not there is deleted already.
func (w *World) Remove(b *Bucket, key string, c Condition) error {
	i, found := b.find(key)
	if !found {
		return nil
	}
	if err := c.forWriting(b.objects[i]); err != nil {
		return err
	}
	b.objects = slices.Delete(b.objects, i, i+1)
	return nil
}

// NoSuchKey is S3's refusal of an object that does not exist.
func NoSuchKey() error { return absent("NoSuchKey", "The specified key does not exist.") }

func preconditionFailed() error {
	return &Refusal{Status: 412, Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold"}
}

func (c Condition) forWriting(o *Object) error {
	switch {
	case c.Match != "" && o == nil:
		return NoSuchKey()
	case c.Match != "" && !o.is(c.Match), c.NoneMatch != "" && o != nil && o.is(c.NoneMatch):
		return preconditionFailed()
	}
	return nil
}

// ForReading is nil where an object may be sent. A failed If-None-Match is 304 Not Modified, not an error.
func (c Condition) ForReading(o *Object) error {
	switch {
	case c.Match != "" && !o.is(c.Match):
		return preconditionFailed()
	case c.NoneMatch != "" && o.is(c.NoneMatch):
		return &Refusal{Status: 304, Code: "NotModified", Header: map[string]string{"ETag": o.ETag}}
	}
	return nil
}

// is says whether an ETag, quoted or not, or * names the object as it is.
func (o *Object) is(etag string) bool {
	return etag == "*" || strings.Trim(etag, `"`) == strings.Trim(o.ETag, `"`)
}
