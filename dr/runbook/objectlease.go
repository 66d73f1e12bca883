package runbook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ObjectLease is a lease that reaches every machine: an object in a bucket of the DR region. Expiry is judged by the
// bucket's own clock, never by a machine's.
type ObjectLease struct {
	objects Objects
	key     string
	ttl     time.Duration
	grace   time.Duration
	token   string // tells this process's grants from all others
}

// NewObjectLease is the lease kept in one object. A grant lasts ttl; it can be taken over once it has been expired for
// grace, which must be no shorter than the longest request time-out.
func NewObjectLease(o Objects, key string, ttl, grace time.Duration) *ObjectLease {
	return &ObjectLease{objects: o, key: key, ttl: ttl, grace: grace, token: rand.Text()}
}

// leaseBody is what the object holds.
type leaseBody struct {
	Grant
	Token    string `json:"token"`
	Released bool   `json:"released,omitempty"`
}

// Scope is everyone who can reach the bucket.
func (l *ObjectLease) Scope() string { return "every machine that reaches the bucket" }

// Acquire writes the object if it is free, and says who has it if another was faster.
func (l *ObjectLease) Acquire(ctx context.Context, c Claim) (Grant, error) {
	o, now, err := l.read(ctx)
	if err != nil {
		return Grant{}, err
	}
	if !l.free(o, now, c) {
		return Grant{}, &HeldError{By: now.Grant, Free: now.Expires.Add(l.grace)}
	}
	g := Grant{Fence: now.Fence + 1, Holder: c.Holder, Host: c.Host, Run: c.Run, Expires: o.Date.Add(l.ttl), TTL: l.ttl}
	err = l.put(ctx, o, leaseBody{Grant: g, Token: l.token})
	if err == nil {
		return g, nil
	}
	_, now, lookErr := l.read(ctx)
	switch {
	case lookErr != nil:
		return Grant{}, errors.Join(err, lookErr)
	case now.Token == l.token && now.Fence == g.Fence:
		return now.Grant, nil // written, and only the answer was lost
	case errors.Is(err, ErrPrecondition):
		return Grant{}, &HeldError{By: now.Grant, Free: now.Expires.Add(l.grace)}
	}
	return Grant{}, err
}

func (l *ObjectLease) free(o Object, now leaseBody, c Claim) bool {
	return !o.Found || now.Released || o.Date.After(now.Expires.Add(l.grace)) || typed(c.Phrase) == TakeOverPhrase(now.Grant)
}

// Renew makes sure that the object still is this process's, and puts its expiry off.
func (l *ObjectLease) Renew(ctx context.Context, g Grant) (Grant, error) {
	o, err := l.own(ctx, g)
	if err != nil {
		return Grant{}, err
	}
	g.Expires = o.Date.Add(l.ttl)
	err = l.put(ctx, o, leaseBody{Grant: g, Token: l.token})
	if !errors.Is(err, ErrPrecondition) {
		return g, err
	}
	if _, own := l.own(ctx, g); own != nil {
		return Grant{}, own
	}
	return Grant{}, fmt.Errorf("renew the lease: %w", err) // an earlier write of our own came in between
}

// Release marks the object as free; the fence number stays.
func (l *ObjectLease) Release(ctx context.Context, g Grant) error {
	o, err := l.own(ctx, g)
	if errors.Is(err, ErrLost) {
		return nil
	}
	if err == nil {
		err = l.put(ctx, o, leaseBody{Grant: g, Token: l.token, Released: true})
	}
	if errors.Is(err, ErrPrecondition) {
		return nil
	}
	return err
}

// Held reads the object. A grant that has expired is held until it is taken over.
func (l *ObjectLease) Held(ctx context.Context) (Grant, bool, error) {
	o, now, err := l.read(ctx)
	if err != nil || !o.Found || now.Released {
		return Grant{}, false, err
	}
	now.Expired = o.Date.After(now.Expires)
	return now.Grant, true, nil
}

// own reads the object, and fails with ErrLost where it is not this grant's.
func (l *ObjectLease) own(ctx context.Context, g Grant) (Object, error) {
	o, now, err := l.read(ctx)
	switch {
	case err != nil:
		return o, err
	case !o.Found:
		return o, fmt.Errorf("%w: its object is gone", ErrLost)
	case now.Token != l.token || now.Fence != g.Fence || now.Released:
		return o, fmt.Errorf("%w: %s on %s has fence %d", ErrLost, now.Holder, now.Host, now.Fence)
	}
	return o, nil
}

func (l *ObjectLease) read(ctx context.Context) (Object, leaseBody, error) {
	var b leaseBody
	o, err := l.objects.Get(ctx, l.key)
	if err != nil {
		return o, b, fmt.Errorf("read the lease: %w", err)
	}
	if o.Found {
		if err = json.Unmarshal(o.Body, &b); err != nil {
			err = fmt.Errorf("the lease's object %s cannot be read, so nobody can tell who holds it: %w", l.key, err)
		}
	}
	return o, b, err
}

func (l *ObjectLease) put(ctx context.Context, o Object, b leaseBody) error {
	body, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if !o.Found {
		return l.objects.PutIfAbsent(ctx, l.key, body)
	}
	return l.objects.PutIfMatch(ctx, l.key, o.ETag, body)
}
