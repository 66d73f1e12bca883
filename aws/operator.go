package aws

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"

	"lifeboat/aws/fault"
)

// OperatorSpec is the role that changes things and how it is taken on.
type OperatorSpec struct {
	RoleARN   string
	Profile   string        // what the role is assumed with; "": the profile of the region whose STS is asked
	MFASerial string        // ARN of the second factor that the role asks for; "": none
	Session   time.Duration // default 1 h, which is the most that AWS gives to somebody who is a role already
	// Code asks a person for what the second factor shows, six digits; why says in words what for, and what was wrong
	// with the code before. An error ends the attempt.
	Code func(ctx context.Context, why string) (string, error)
}

// Operator is who changes things: one session of a role for both regions, taken on when it is first needed and again
// before it ends. A session that takes a second factor is asked for once, however many need it. It may be used from many
// goroutines.
type Operator struct {
	spec OperatorSpec
	base *Reader // asks STS as the one who takes the role on

	mu    sync.Mutex
	now   session
	under *renewal // nil: none under way
}

// session is the role as it was taken on. The zero value is none.
type session struct {
	credentials awssdk.Credentials
	identity    Identity
}

// renewal is an attempt at a new session, which all wait for who need one.
type renewal struct {
	over    chan struct{} // closed when it is; then the rest is set
	session session
	err     error
	left    bool // the one who made it went away: the others must try themselves
}

// NewOperator makes an operator whose role is assumed at the STS of the region in at. It touches no network. It refuses a
// spec without a role, with a second factor that nobody can be asked for, and what NewReader refuses.
func NewOperator(at Spec, o OperatorSpec) (*Operator, error) {
	switch {
	case o.RoleARN == "":
		return nil, errors.New("changing things: the role to do it with is missing")
	case o.MFASerial != "" && o.Code == nil:
		return nil, fmt.Errorf("changing things as %s: there is nobody to ask for the code of %s", o.RoleARN, o.MFASerial)
	}
	if at.RoleARN = ""; o.Profile != "" {
		at.Profile = o.Profile
	}
	orDefault(&o.Session, time.Hour)
	base, err := NewReader(at)
	if err != nil {
		return nil, err
	}
	return &Operator{spec: o, base: base}, nil
}

// Identity says who changes things and until when, taking the role on if need be.
func (o *Operator) Identity(ctx context.Context) (Identity, error) {
	s, err := o.session(ctx, early)
	return s.identity, err
}

// Expires is when the session ends; zero: there is none yet.
func (o *Operator) Expires() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now.identity.Expires
}

// Retrieve gives the session's credentials to an SDK client, taking the role on if need be. It may wait for a person, so
// it is called before the time of a request begins to run.
func (o *Operator) Retrieve(ctx context.Context) (awssdk.Credentials, error) {
	s, err := o.session(ctx, early)
	return s.credentials, err
}

// Renew has the session last so much longer at least, half its length at most, so that no change need wait for a person
// later. Where none was needed yet it does nothing. While it waits, the session that there is goes on being used.
func (o *Operator) Renew(ctx context.Context, left time.Duration) error {
	if o.Expires().IsZero() {
		return nil
	}
	_, err := o.session(ctx, max(min(left, o.spec.Session/2), early))
	return err
}

// session gives a session that lasts so long at least: the one that there is, or a new one. Of several who need a new one
// the first makes it, and all get what he gets.
func (o *Operator) session(ctx context.Context, left time.Duration) (session, error) {
	for {
		s, r, own := o.begin(left)
		if r == nil {
			return s, nil
		}
		if own {
			o.renew(ctx, r)
			return r.session, r.err
		}
		select {
		case <-r.over:
			if !r.left {
				return r.session, r.err
			}
		case <-ctx.Done():
			return session{}, FromError(assumeRole, o.target(), ctx.Err())
		}
	}
}

// begin gives the session that lasts long enough, else the renewal to wait for; own: to make.
func (o *Operator) begin(left time.Duration) (s session, r *renewal, own bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now.identity.Expires.After(o.base.spec.Now().Add(left)) {
		return o.now, nil, false
	}
	if own = o.under == nil; own {
		o.under = &renewal{over: make(chan struct{}), left: true}
	}
	return session{}, o.under, own
}

func (o *Operator) renew(ctx context.Context, r *renewal) {
	defer func() { // also when Code panics
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.under = nil; r.err == nil && !r.left {
			o.now = r.session
		}
		close(r.over)
	}()
	r.session, r.err = o.assume(ctx)
	r.left = r.err != nil && ctx.Err() != nil
}

// drop forgets a session that AWS has refused as ended.
func (o *Operator) drop(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now.credentials.AccessKeyID == key {
		o.now = session{}
	}
}

// target is the role as an error names it.
func (o *Operator) target() string { return o.base.spec.Region + " " + o.spec.RoleARN }

// refused is an attempt that ended before AWS was asked.
func (o *Operator) refused(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return FromError(assumeRole, o.target(), err)
	}
	return fault.New(fault.NoCredentials, assumeRole, o.target(), err)
}
