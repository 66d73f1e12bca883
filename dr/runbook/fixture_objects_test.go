package runbook_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"lifeboat/dr/runbook"
)

// bucket has S3's conditional semantics in memory. Its clock is its own: skew sets it off from everyone else's.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	skew    time.Duration
	down    bool
	lose    int // so many writes take effect, and their answer is lost
}

func newBucket() *bucket { return &bucket{objects: map[string][]byte{}} }

var errDown = errors.New("the bucket does not answer")

func tag(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (b *bucket) PutIfAbsent(_ context.Context, key string, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, there := b.objects[key]; there && !b.down {
		return runbook.ErrPrecondition
	}
	return b.put(key, body)
}

func (b *bucket) PutIfMatch(_ context.Context, key, etag string, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if have, there := b.objects[key]; (!there || tag(have) != etag) && !b.down {
		return runbook.ErrPrecondition
	}
	return b.put(key, body)
}

func (b *bucket) put(key string, body []byte) error {
	if b.down {
		return errDown
	}
	b.objects[key] = slices.Clone(body)
	if b.lose > 0 {
		b.lose--
		return errDown
	}
	return nil
}

func (b *bucket) Get(_ context.Context, key string) (runbook.Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return runbook.Object{}, errDown
	}
	body, found := b.objects[key]
	return runbook.Object{Found: found, Body: slices.Clone(body), ETag: tag(body), Date: time.Now().Add(b.skew).Truncate(time.Second)}, nil
}

func (b *bucket) List(_ context.Context, prefix, after, delimiter string) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return nil, errDown
	}
	var out []string
	for key := range b.objects {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if head, _, cut := strings.Cut(rest, delimiter); cut && delimiter != "" {
			key = prefix + head + delimiter
		}
		if key > after && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (b *bucket) set(f func(*bucket)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(b)
}
