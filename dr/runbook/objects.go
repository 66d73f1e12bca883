package runbook

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Objects is a bucket with conditional writes: S3, as far as a journal and a lease need it.
type Objects interface {
	// PutIfAbsent writes an object that must not be there yet (If-None-Match: *).
	PutIfAbsent(ctx context.Context, key string, body []byte) error
	// PutIfMatch replaces the object with this ETag (If-Match).
	PutIfMatch(ctx context.Context, key, etag string, body []byte) error
	// Get reads an object. One that is not there is no error: Found is false, and Date is set nevertheless.
	Get(ctx context.Context, key string) (Object, error)
	// List returns the keys that begin with prefix and come after one, in order, all pages of them. With a delimiter,
	// keys that hold it after the prefix are given once, cut off behind it (S3's common prefixes).
	List(ctx context.Context, prefix, after, delimiter string) ([]string, error)
}

// ErrPrecondition is a conditional write refused, HTTP 412: the object is there, or is another than expected. HTTP 409
// (another conditional write is under way) and whatever else does not tell must be another error.
var ErrPrecondition = errors.New("the object is not as the condition says")

// Object is one answer of a bucket.
type Object struct {
	Found bool
	Body  []byte
	ETag  string
	Date  time.Time // the bucket's own clock: the Date header, in whole seconds
}

// objectFollow is how often a followed bucket is listed, readers how many entries are read at once.
const (
	objectFollow = 2 * time.Second
	readers      = 8
)

// ObjectStore keeps a run's journal in a bucket, one object an entry: <prefix><8-digit sequence>.json.
type ObjectStore struct {
	objects Objects
	prefix  string
}

// Append writes the object, which must not be there.
func (s *ObjectStore) Append(ctx context.Context, seq int64, entry []byte) error {
	err := s.objects.PutIfAbsent(ctx, s.key(seq), entry)
	if errors.Is(err, ErrPrecondition) {
		return ErrExists
	}
	return err
}

func (s *ObjectStore) key(seq int64) string { return fmt.Sprintf("%s%08d.json", s.prefix, seq) }

// Read lists the entries and reads them side by side. An object in the journal's place that is none is an error.
func (s *ObjectStore) Read(ctx context.Context, from int64) ([]Record, error) {
	after := ""
	if from > 1 {
		after = s.key(from - 1)
	}
	keys, err := s.objects.List(ctx, s.prefix, after, "")
	if err != nil {
		return nil, err
	}
	out := make([]Record, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for i, key := range keys {
		group.Go(func() (err error) {
			out[i], err = s.record(ctx, key)
			return err
		})
	}
	return out, group.Wait()
}

func (s *ObjectStore) record(ctx context.Context, key string) (Record, error) {
	var seq int64
	if _, err := fmt.Sscanf(strings.TrimPrefix(key, s.prefix), "%08d.json", &seq); err != nil || s.key(seq) != key {
		return Record{}, fmt.Errorf("%s is not a journal entry", key)
	}
	o, err := s.objects.Get(ctx, key)
	if err == nil && !o.Found {
		err = fmt.Errorf("%s was listed and is gone", key)
	}
	return Record{Seq: seq, Data: o.Body}, err
}

// Follow lists the bucket every two seconds.
func (s *ObjectStore) Follow(ctx context.Context, from int64, each func(Record) error) error {
	return follow(ctx, s, from, objectFollow, each)
}

// ObjectArchive keeps the journals of an estate's runs in a bucket, below <prefix>runs/.
type ObjectArchive struct {
	Objects Objects
	Prefix  string // "" or one that ends in a slash
}

// Runs lists the runs.
func (a ObjectArchive) Runs(ctx context.Context) ([]string, error) {
	folders, err := a.Objects.List(ctx, a.Prefix+"runs/", "", "/")
	var out []string
	for _, f := range folders {
		if strings.HasSuffix(f, "/") {
			out = append(out, path.Base(f))
		}
	}
	return out, err
}

// Store is the journal of one run.
func (a ObjectArchive) Store(run string) (Store, error) {
	if run == "" || run != path.Base(run) {
		return nil, fmt.Errorf("%q is not the id of a run", run)
	}
	return &ObjectStore{a.Objects, a.Prefix + "runs/" + run + "/"}, nil
}
