package aws

import (
	"context"
)

// Changer reads and changes one region for a run. It keeps nothing between its calls but credentials and pace: what it
// reads is of now. Reads are repeated as a Reader's are. A change is one request, which neither Lifeboat nor the SDK
// repeats, and it gets twice a read's time; one that failed as timed out, unreachable, unavailable or unreadable may have
// been made all the same. Errors are *fault.Error. It may be used from many goroutines.
type Changer struct{ hands }

// hands are what a region is read with and what it is changed with, each with credentials and a pace of its own.
type hands struct{ read, change *Reader }

// NewChanger makes a changer of the region in spec, of which it takes no names. Changes are signed with by's session; with
// by nil with spec's own credentials, as reads are. It touches no network, and refuses what NewReader refuses.
func NewChanger(spec Spec, by *Operator) (*Changer, error) {
	h, err := newHands(spec, by)
	return &Changer{h}, err
}

func newHands(spec Spec, by *Operator) (h hands, err error) {
	if h.read, err = NewReader(spec); err != nil {
		return h, err
	}
	if by != nil {
		spec.RoleARN, spec.Profile = "", by.base.spec.Profile
	}
	if h.change, err = NewReader(spec); err != nil {
		return h, err
	}
	h.change.by = by
	return h, nil
}

// Identity is who reads, and who changes too where there is no operator: Operator.Identity.
func (c *Changer) Identity(ctx context.Context) (Identity, error) {
	l := c.read.look(ctx)
	defer l.end()
	return l.identity(ctx)
}

// change makes one changing request with the clients of l, which ends with it.
func change[In, Out, Opt any](
	ctx context.Context, l *look, op, target string, call func(context.Context, *In, ...func(*Opt)) (*Out, error), in *In,
) error {
	defer l.end()
	_, _, err := once(ctx, l, request{op: op, target: target, within: 2 * l.spec.CallTimeout, changes: true}, call, in)
	return err
}
