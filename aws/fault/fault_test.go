package fault

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAnErrorKeepsTheKindThatItWasFirstGiven(t *testing.T) {
	first := New(Denied, "ecs:ListTasks", "us-east-1", errors.New("no"))
	again := New(TimedOut, "refresh", "us-east-1", fmt.Errorf("tasks: %w", first))
	if again.Kind != Denied || again.Op != "ecs:ListTasks" {
		t.Errorf("%v", again)
	}
	if KindOf(fmt.Errorf("wrapped: %w", again)) != Denied || KindOf(errors.New("plain")) != "" || KindOf(nil) != "" {
		t.Error("the kind is not found in a wrapped error, or is made up")
	}
}

func TestOnlyTimeOutsLostConnectionsAndServerErrorsAreSilence(t *testing.T) {
	for kind, silent := range map[Kind]bool{
		TimedOut: true, Unreachable: true, Unavailable: true,
		NotFound: false, Denied: false, Expired: false, NoCredentials: false, Throttled: false, Refused: false,
		Unreadable: false, NotConfigured: false,
	} {
		if kind.Silent() != silent {
			t.Errorf("%s: silent is %t", kind, kind.Silent())
		}
		if kind.Remedy() == "" {
			t.Errorf("%s has no remedy", kind)
		}
	}
}

func TestAPanicIsHandedToWhoeverAskedForIt(t *testing.T) {
	var got any
	var where string
	undo := OnPanic(func(v any, stack []byte) { got, where = v, string(stack) })
	Caught(func() { panic("boom") })()
	if got != "boom" || !strings.Contains(where, "TestAPanicIsHanded") {
		t.Errorf("got %v from %q", got, where)
	}
	undo()
	defer func() {
		if recover() == nil {
			t.Error("a panic that nobody asked for was swallowed")
		}
	}()
	Caught(func() { panic("again") })()
}
