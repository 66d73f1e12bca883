//go:build unix

package cli_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tapeKeys are VHS's names of the keys that the tape uses.
var tapeKeys = map[string]string{"Enter": "\r", "Escape": "\x1b", "Down": "\x1b[B", "Up": "\x1b[A", "PageDown": "\x1b[6~", "PageUp": "\x1b[5~"}

// tapeWait is a wait for what has no time of its own: a region to be called dark, a gate, the end of a run.
var tapeWait = regexp.MustCompile(`^Wait\+Screen@\d+s /(.+)/$`)

// still waits until what appeared by itself takes keys again: it passes them over until the keyboard was still for half a
// second, and says so. The words stand on the screen with it, but not every frame is drawn in one piece.
func (x *terminal) still() {
	x.t.Helper()
	time.Sleep(600 * time.Millisecond)
	x.gone("keys are passed over")
}

// TestTheRecordedDemoShowsWhatItPromises types the tape's keys, each when what comes before it in the tape is on the screen.
func TestTheRecordedDemoShowsWhatItPromises(t *testing.T) {
	tape, err := os.ReadFile("../../demo.tape")
	if err != nil {
		t.Fatal(err)
	}
	var x *terminal
	promises := 0
	for n, line := range strings.Split(string(tape), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		wait := tapeWait.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "# see: "):
			promises++
			x.see(strings.TrimPrefix(line, "# see: "))
		case strings.HasPrefix(line, "# gone: "):
			x.gone(strings.TrimPrefix(line, "# gone: "))
		case wait != nil:
			promises++
			x.until(wait[1], regexp.MustCompile(wait[1]).MatchString)
			x.still()
		case word == "Type":
			text, err := strconv.Unquote(rest)
			if err != nil {
				t.Fatalf("demo.tape:%d: %v", n+1, err)
			}
			if args, ok := strings.CutPrefix(text, "lifeboat "); ok {
				x = start(t, 120, 36, false, home(t), lifeboat(t), strings.Fields(args)...)
				t.Cleanup(func() { stopSimulators(x.cmd.Env) })
				continue
			}
			x.keys(text)
		case tapeKeys[word] != "":
			if x.output() != "" { // the Enter after the command itself starts nothing here
				x.keys(tapeKeys[word])
			}
		case line == "" || word == "#" || word == "Sleep" || word == "Set" || word == "Output" || word == "Require":
		default:
			t.Fatalf("demo.tape:%d: a command that this test does not know: %s", n+1, line)
		}
	}
	if code := x.exit(); code != 0 {
		t.Errorf("the demo ended with %d", code)
	}
	if promises < 25 {
		t.Errorf("the tape promises only %d screens", promises)
	}
}
