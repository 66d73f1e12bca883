package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lifeboat/dr/config"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutAConfigEachCommandSaysWhatToDoNext(t *testing.T) {
	for _, command := range []string{"", "status", "status --json", "config check"} {
		dir := nowhere(t)
		r := run(t, strings.Fields(command)...)
		want := "no lifeboat.yaml: looked at LIFEBOAT_CONFIG (not set), ./lifeboat.yaml, " + filepath.Join(dir, "config", "lifeboat", "lifeboat.yaml") +
			", " + filepath.Join(dir, "shared", "lifeboat", "lifeboat.yaml") + `
lifeboat demo                                    shows a simulated estate, with nothing set up
lifeboat config example > lifeboat.yaml          begins a config of your own
`
		if r.code != 2 || r.err != want || r.out != "" {
			t.Errorf("lifeboat %s: code %d, want 2\nsaid\n%s\nwant\n%s\nprinted %q", command, r.code, r.err, want, r.out)
		}
	}
}

func TestANamedConfigThatIsNotThereIsNamed(t *testing.T) {
	nowhere(t)
	write(t, "lifeboat.yaml", config.Example())
	if r := run(t, "--config", "other.yaml", "status"); r.code != 2 || !strings.HasPrefix(r.err, "no lifeboat.yaml: looked at --config other.yaml\n") {
		t.Errorf("code %d, said %s", r.code, r.err)
	}
}

func TestTheCockpitNeedsATerminal(t *testing.T) {
	nowhere(t)
	write(t, "lifeboat.yaml", config.Example())
	for _, command := range []string{"", "demo"} {
		r := run(t, strings.Fields(command)...)
		const want = "the cockpit needs a terminal, and there is none here\nlifeboat status prints one reading as text, lifeboat status --watch goes on in lines\n"
		if r.code != 2 || r.err != want {
			t.Errorf("lifeboat %s: code %d, said %q", command, r.code, r.err)
		}
	}
	if _, err := os.Stat("state"); err == nil {
		t.Error("a simulator was started for no screen")
	}
}

func TestTheExampleIsPrintedAndChecksAsRight(t *testing.T) {
	nowhere(t)
	example := run(t, "config", "example")
	write(t, "lifeboat.yaml", example.out)
	r := run(t, "config", "check")
	if r.code != 0 || r.err != "" {
		t.Errorf("code %d, said %s", r.code, r.err)
	}
	same(t, r.out)
}

func TestCheckPrintsEveryProblemAndExitsWith1(t *testing.T) {
	nowhere(t)
	write(t, "lifeboat.yaml", strings.NewReplacer("us-west-2", "us-east-1", "rpo: 5m", "rpo: 5").Replace(config.Example()))
	r := run(t, "config", "check")
	if r.code != 1 || r.out != "" {
		t.Errorf("code %d, printed %s", r.code, r.out)
	}
	same(t, r.err)
}

func TestCheckPrintsWarningsAndExitsWith0(t *testing.T) {
	nowhere(t)
	write(t, "lifeboat.yaml", strings.Replace(config.Example(), "          grafana: dr-grafana\n", "", 1))
	r := run(t, "config", "check")
	if r.code != 0 || !strings.Contains(r.out, "\n1 warning:\n./lifeboat.yaml:") || !strings.Contains(r.out, `"grafana" is in no cluster of regions.standby`) {
		t.Errorf("code %d, printed\n%s%s", r.code, r.out, r.err)
	}
}

func TestStatusOnAWrongConfigCouldNotTell(t *testing.T) {
	nowhere(t)
	write(t, "lifeboat.yaml", "estate: shop\n")
	if r := run(t, "status"); r.code != 2 || !strings.Contains(r.err, "./lifeboat.yaml:1:1: version: is missing") {
		t.Errorf("code %d, said %s", r.code, r.err)
	}
}
