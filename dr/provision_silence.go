package dr

import (
	"context"
	"fmt"
	"time"

	"lifeboat/tf"
)

// planSilence is how long a region that a plan leans on may be silent before the plan is given up: Terraform repeats each request for a long
// time, and somebody waits.
const planSilence = time.Minute

// silence is why a plan was given up.
type silence struct {
	region, why string
	since       time.Time
}

func (s *silence) Error() string {
	return fmt.Sprintf("the AWS API of %s does not answer since %s (%s): Terraform would go on asking it for a long time; try again once it is back", s.region, s.since.UTC().Format("15:04:05 UTC"), s.why)
}

// whileAnswered is a context that ends, with a silence, once a region that the root leans on has not answered for long.
func (b *builder) whileAnswered(ctx context.Context, root string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	end := func() { cancel(nil) }
	r, known := tf.RootOf(root)
	if b.watch == nil || !known {
		return ctx, end
	}
	go func() {
		tick := time.NewTicker(b.c.Refresh.Fast.D())
		defer tick.Stop()
		for {
			if s := b.silent(r); s != nil && b.now().Sub(s.since) >= planSilence {
				cancel(s)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return ctx, end
}

// silent is the first region that a root leans on and that does not answer, by the newest reading; nil where all do.
func (b *builder) silent(root tf.Root) *silence {
	for _, name := range b.leansOn(root) {
		if name != b.c.Regions.Primary.Name && name != b.c.Regions.Standby.Name {
			continue
		}
		r := b.watch.Estate().side(name)
		if since := r.silentSince(); !since.IsZero() {
			return &silence{region: name, why: firstOf(r.Seen.Why, r.Signals[0].Text), since: since}
		}
	}
	return nil
}
