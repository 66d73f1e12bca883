//go:build unix

package cli_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// tapeKeys are VHS's names of the keys that the tape uses.
var tapeKeys = map[string]string{"Enter": "\r", "Escape": "\x1b", "Down": "\x1b[B", "Up": "\x1b[A"}

func TestTheRecordedDemoShowsWhatItPromises(t *testing.T) {
	tape, err := os.ReadFile("../../demo.tape")
	if err != nil {
		t.Fatal(err)
	}
	var x *terminal
	promises := 0
	for n, line := range strings.Split(string(tape), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "# see: "):
			promises++
			x.see(strings.TrimPrefix(line, "# see: "))
		case strings.HasPrefix(line, "# gone: "):
			x.gone(strings.TrimPrefix(line, "# gone: "))
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
	if promises < 8 {
		t.Errorf("the tape promises only %d screens", promises)
	}
}
