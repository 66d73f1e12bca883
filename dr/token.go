package dr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"lifeboat/dr/pg"
	"lifeboat/dr/runbook"
)

// Token is the proof that the replica has everything that the old writer ever acknowledged. It stands on a fence receipt: once
// that is void it proves nothing any more, and another must be earned.
type Token struct {
	Receipt  int    `json:"receipt"`            // the number of the receipt that held
	Position string `json:"position,omitempty"` // the old writer's last position, where it was asked
	Text     string `json:"text"`
}

// tokenOf is the newest token of a run, and its number; 0 where there is none.
func tokenOf(pins runbook.Pins) (k Token, n int) {
	for pins[pinTokens+strconv.Itoa(n+1)] != "" {
		n++
	}
	if err := json.Unmarshal([]byte(pins[pinTokens+strconv.Itoa(n)]), &k); err != nil {
		return Token{}, n // it proves nothing
	}
	return k, n
}

// tokenHolds is the newest token where it still proves something: its receipt is the newest one, and not void.
func tokenHolds(pins runbook.Pins) (Token, bool) {
	k, n := tokenOf(pins)
	_, receipt, void := ReceiptOf(pins)
	return k, n > 0 && receipt > 0 && k.Receipt == receipt && void == ""
}

// token waits for the proof, and pins it.
func (w *crew) token(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
	if text := t.Pin(PinToken); text != "" { // it was promoted on it
		return runbook.Seen{So: true, Text: text}, nil
	}
	if have, ok := tokenHolds(t.Pins()); ok {
		return runbook.Seen{So: true, Text: have.Text}, nil
	}
	return w.earn(ctx, t, 0)
}

// earn looks for a proof, and pins it: that all is replayed up to a position of the old writer, or 0, up to where it is now.
func (w *crew) earn(ctx context.Context, t *runbook.Task, upTo pg.LSN) (runbook.Seen, error) {
	if t.State(StepFence) == runbook.StateSkipped {
		return runbook.Seen{}, runbook.Never(fmt.Errorf("the fence was skipped: where writers may go on, nothing is proven by what the replica has"))
	}
	r, n, void := ReceiptOf(t.Pins())
	if r == nil || void != "" {
		return runbook.Seen{Text: "there is no fence receipt that holds"}, nil
	}
	var k Token
	var words string
	var err error
	if old, replica := w.sql[w.p.from], w.sql[w.p.to]; old != nil && replica != nil {
		k, words, err = w.byPositions(ctx, t, n, upTo)
	} else {
		k, words, err = w.byDatapoint(ctx, r)
	}
	if err != nil || k.Text == "" {
		return runbook.Seen{Text: words}, err
	}
	k.Receipt = n
	_, last := tokenOf(t.Pins())
	_, err = t.Decide(ctx, pinTokens+strconv.Itoa(last+1), asJSON(k))
	return runbook.Seen{So: err == nil, Text: k.Text}, err
}

// byPositions compares the old writer's last position, read once after the fence, with what the replica has replayed.
func (w *crew) byPositions(ctx context.Context, t *runbook.Task, receipt int, want pg.LSN) (k Token, words string, err error) {
	if want == 0 {
		if want, err = w.lastPosition(ctx, t, receipt); err != nil {
			return k, "", err
		}
	}
	r, err := w.sql[w.p.to].Read(ctx)
	if err != nil {
		return k, "", judged(err)
	}
	if r.ReplayLSN < want {
		return k, fmt.Sprintf("the replica is at %s of %s", r.ReplayLSN, want), nil
	}
	text := fmt.Sprintf("the replica has replayed %s, past the old writer's last position %s", r.ReplayLSN, want)
	return Token{Position: want.String(), Text: text}, "", nil
}

// lastPosition is that of the old writer, read once for a receipt.
func (w *crew) lastPosition(ctx context.Context, t *runbook.Task, receipt int) (pg.LSN, error) {
	name := pinOldPosition + strconv.Itoa(receipt)
	last := t.Pin(name)
	if last == "" {
		r, err := w.sql[w.p.from].Read(ctx)
		if err != nil {
			return 0, judged(err)
		}
		if r.InRecovery {
			return 0, runbook.Never(fmt.Errorf("%s is a replica itself: its position proves nothing", w.p.source))
		}
		if last, err = t.Decide(ctx, name, r.CurrentLSN.String()); err != nil {
			return 0, err
		}
	}
	at, err := pg.ParseLSN(last)
	if err != nil {
		return 0, runbook.Never(err)
	}
	return at, nil
}

// byDatapoint is the proof without a connection: a datapoint stamped t with lag l proves that all that was committed before t - l is
// replayed. RDS commits a heartbeat of its own every five minutes, so this takes six to ten.
func (w *crew) byDatapoint(ctx context.Context, r *Receipt) (k Token, words string, err error) {
	need := r.At.Add(w.c.Waits.Receipt.D())
	series, err := w.arriving().Metric(ctx, "ReplicaLag", w.p.replica, r.At)
	if err != nil {
		return k, "", err
	}
	for _, p := range slices.Backward(series) {
		if safe := p.At.Add(-secondsOf(p.Value)); p.Value >= 0 && safe.After(need) {
			return Token{Text: fmt.Sprintf("ReplicaLag %s at %s: all before %s is replayed, and the last writer had stopped at %s",
				span(secondsOf(p.Value)), clock(p.At, w.now()), clock(safe, w.now()), clock(r.At, w.now()))}, "", nil
		}
	}
	return k, "waiting for a ReplicaLag datapoint that reaches beyond " + clock(need, w.now()) + " (6 to 10 minutes without a connection to the databases)", nil
}

// stillProven looks right before a planned promotion whether the token proves something now: a receipt that was void for a while
// has let somebody write, and so has whoever came and went between two looks, but then the old writer's position has moved. What was
// written meanwhile is waited for, as the token was.
func (w *crew) stillProven(ctx context.Context, t *runbook.Task) (seen runbook.Seen, err error) {
	for {
		have, ok := tokenHolds(t.Pins())
		upTo := w.movedTo(ctx, have)
		if ok && upTo == 0 {
			return runbook.Seen{So: true, Text: have.Text}, nil
		}
		if seen, err = w.earn(ctx, t, upTo); err != nil || seen.So {
			return seen, err
		}
		if _, _, void := ReceiptOf(t.Pins()); void != "" {
			return runbook.Seen{Text: "the fence receipt is void: " + void}, nil
		}
		t.Say("%s", seen.Text)
		select {
		case <-time.After(w.c.Waits.Poll.D()):
		case <-ctx.Done():
			return runbook.Seen{Text: "nothing proves that the replica has everything: " + seen.Text}, nil
		}
	}
}

// movedTo is the old writer's position where it is beyond what a token proves; 0 where it is not, or cannot be asked now.
func (w *crew) movedTo(ctx context.Context, k Token) pg.LSN {
	upTo, err := pg.ParseLSN(k.Position)
	if old := w.sql[w.p.from]; old != nil && err == nil {
		if r, err := old.Read(ctx); err == nil && !r.InRecovery && r.CurrentLSN > upTo {
			return r.CurrentLSN
		}
	}
	return 0
}

// keepToken keeps what was proven when the promotion was accepted: what becomes of the receipt later takes nothing from it.
func (w *crew) keepToken(ctx context.Context, t *runbook.Task) error {
	k, ok := tokenHolds(t.Pins())
	if !ok {
		return nil
	}
	_, err := t.Decide(ctx, PinToken, k.Text)
	return err
}

// unproven is why a planned run cannot say that nothing was lost.
func (w *crew) unproven(t *runbook.Task) string {
	if t.State(stepToken) == runbook.StateSkipped {
		return "the proof was skipped"
	}
	return "the fence receipt was void when the replica was promoted"
}
