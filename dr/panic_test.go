package dr

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws/fault"
)

func TestAPanicOfAReaderIsHandedOnAndEndsOnlyItsOwnLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got any
		var where string
		defer fault.OnPanic(func(v any, stack []byte) { got, where = v, string(stack) })()
		w := newWatch(wellConfig(), Options{}.withDefaults())
		rounds := 0
		w.loops = []*loop{
			{what: "broken", every: time.Second, most: time.Second, now: make(chan struct{}, 1),
				read: func(context.Context) func(*Inputs) { panic("an answer of a new kind") }},
			{what: "sound", every: time.Second, most: time.Second, now: make(chan struct{}, 1),
				read: func(context.Context) func(*Inputs) { rounds++; return func(*Inputs) {} }},
		}
		ctx, stop := context.WithCancel(t.Context())
		w.Start(ctx)
		time.Sleep(5500 * time.Millisecond)
		stop()
		w.Wait()
		if got != "an answer of a new kind" || !strings.Contains(where, "panic_test.go") {
			t.Errorf("got %v from %s", got, where)
		}
		if rounds != 6 {
			t.Errorf("the other reader made %d rounds in 5.5 s, want 6", rounds)
		}
	})
}
