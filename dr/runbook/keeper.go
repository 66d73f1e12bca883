package runbook

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// keeper holds the lease for a run: it renews it in the background, and proves it right before every change.
type keeper struct {
	lease Lease
	turn  turn
	every time.Duration // between renewals in the background
	grant Grant
	until time.Time   // by this machine's running clock: after it the grant may be another's
	lost  func(error) // called once the lease is lost
	gone  error
}

// The pause between renewals of a grant without expiry, and between tries of a renewal that did not answer.
const (
	renewEvery = 5 * time.Second
	renewPause = time.Second
)

// newKeeper takes care of a grant that was asked for at a moment. A nil lease needs no keeping: a dry run, or a run that
// the operator started without a lock.
func newKeeper(l Lease, g Grant, asked time.Time, lost func(error)) *keeper {
	every := renewEvery
	if g.TTL > 0 {
		every = g.TTL / 3
	}
	return &keeper{lease: l, turn: newTurn(), every: every, grant: g, until: asked.Add(g.TTL), lost: lost}
}

// keep renews until ctx ends.
func (k *keeper) keep(ctx context.Context) {
	if k.lease == nil {
		return
	}
	for sleep(ctx, k.every) {
		if err := k.confirm(ctx); err != nil {
			return
		}
	}
}

// confirm asks the lock itself whether the grant holds, for as long as it can hold. After an error nothing may be
// changed any more.
func (k *keeper) confirm(ctx context.Context) error {
	if k.lease == nil {
		return nil
	}
	if err := k.turn.take(ctx); err != nil {
		return err
	}
	defer k.turn.give()
	for k.gone == nil {
		err := k.renew(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		switch {
		case errors.Is(err, ErrLost):
			k.gone = err
		case !time.Now().Add(renewPause).Before(k.until):
			k.gone = fmt.Errorf("%w: the lock could not be reached until it expired: %v", ErrLost, err)
		default:
			sleep(ctx, renewPause)
		}
	}
	k.lost(k.gone)
	return k.gone
}

func (k *keeper) renew(ctx context.Context) error {
	asked := time.Now()
	if k.grant.TTL > 0 {
		var cancel func()
		ctx, cancel = context.WithDeadline(ctx, k.until)
		defer cancel()
	}
	g, err := k.lease.Renew(ctx, k.grant)
	if err == nil {
		k.grant, k.until = g, asked.Add(g.TTL)
	}
	return err
}

// release gives the lock back, whatever became of the run's context.
func (k *keeper) release(ctx context.Context) {
	if k.lease == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if k.turn.take(ctx) != nil {
		return
	}
	defer k.turn.give()
	if k.gone == nil {
		_ = k.lease.Release(ctx, k.grant) // not given back it expires, or ends with this process
	}
}

// valid says from what is known here whether the grant can still hold. Between confirm and this no more than an entry
// was written.
func (k *keeper) valid() error {
	if k.lease == nil {
		return nil
	}
	if err := k.turn.take(context.Background()); err != nil {
		return err
	}
	defer k.turn.give()
	if k.gone == nil && k.grant.TTL > 0 && !time.Now().Before(k.until) {
		return fmt.Errorf("%w: it ran out while the journal was written", ErrLost)
	}
	return k.gone
}
