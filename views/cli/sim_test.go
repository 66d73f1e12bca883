package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim"
	"lifeboat/dr/config"
)

// simulator runs `lifeboat sim` in this process until the test ends; what it printed comes from out when it answers.
func simulator(t *testing.T, args ...string) (out string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	printed := &watched{want: "# Director:", seen: make(chan struct{})}
	var errs bytes.Buffer
	ended := make(chan int, 1)
	a := &app{in: os.Stdin, out: printed, err: &errs}
	go func() { ended <- a.main(ctx, append([]string{"sim"}, args...)) }()
	select {
	case <-printed.seen:
	case code := <-ended:
		t.Fatalf("sim ended with %d: %s", code, errs.String())
	}
	stop = func() int { cancel(); return <-ended }
	return printed.String(), stop
}

// watched is a buffer that says when a word was written to it. It is read only after that.
type watched struct {
	bytes.Buffer
	want string
	seen chan struct{}
	done bool
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if !w.done && strings.Contains(w.String(), w.want) {
		w.done = true
		close(w.seen)
	}
	return n, err
}

var directorLine = regexp.MustCompile(`(?m)^# Director: +lifeboat sim direct (\S+)$`)

func TestSimPrintsWhatPointsAClientAtItAndIsDirected(t *testing.T) {
	dir := nowhere(t)
	out, stop := simulator(t, "--speed=50", "--seed=3", "--write-config=sim.yaml")
	for _, want := range []string{"# SIMULATED estate davidshaevel: us-east-1 and us-west-2, speed 50, seed 3\n", "export AWS_ENDPOINT_URL=http://127.0.0.1:",
		"export AWS_ACCESS_KEY_ID=", "export CLOUDFLARE_API_TOKEN=", "# Cockpit:   lifeboat --config sim.yaml\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("printed without %q:\n%s", want, out)
		}
	}
	address := directorLine.FindStringSubmatch(out)
	if address == nil {
		t.Fatalf("no director in\n%s", out)
	}
	list := run(t, "sim", "direct", address[1])
	if list.code != 0 || !strings.Contains(list.out, "darken REGION") || strings.Contains(list.out, "in force") {
		t.Errorf("code %d, listed\n%s%s", list.code, list.out, list.err)
	}
	if r := run(t, "__complete", "sim", "direct", address[1], "dark"); !strings.HasPrefix(r.out, "darken\t") {
		t.Errorf("a shell is offered %q", r.out)
	}
	if r := run(t, "__complete", "sim", "direct", address[1], "darken", ""); !strings.HasPrefix(r.out, "us-east-1\nus-west-2\n") {
		t.Errorf("a shell is offered %q", r.out)
	}
	if r := run(t, "sim", "direct", address[1], "darken", "us-east-1"); r.code != 0 || r.err != "" {
		t.Errorf("darken: %+v", r)
	}
	if r := run(t, "sim", "direct", address[1]); !regexp.MustCompile(`(?m)^  in force +darken us-east-1$`).MatchString(r.out) {
		t.Errorf("not in force:\n%s", r.out)
	}
	if r := run(t, "sim", "direct", address[1], "explode"); r.code != 1 || !strings.Contains(r.err, `no action "explode"`) {
		t.Errorf("explode: %+v", r)
	}

	check := run(t, "config", "check", "--config", "sim.yaml")
	if check.code != 0 || !strings.Contains(check.out, "SIMULATED, its director is at "+address[1]) || strings.Contains(check.out, "warning") {
		t.Errorf("its config: %+v", check)
	}
	if code := stop(); code != 0 {
		t.Errorf("interrupted, it exits with %d", code)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "sim*")); len(files) > 0 {
		t.Errorf("it left %v behind", files)
	}
}

func TestSimWritesOverNoFileThatIsNotItsOwn(t *testing.T) {
	nowhere(t)
	write(t, "lifeboat.yaml", config.Example())
	r := run(t, "sim", "--write-config=lifeboat.yaml")
	if r.code != 1 || r.err != "lifeboat.yaml is there already and was not written by lifeboat; name another file, or move it away\n" {
		t.Errorf("%+v", r)
	}
	if data, _ := os.ReadFile("lifeboat.yaml"); string(data) != config.Example() {
		t.Error("the file is another now")
	}
}

func TestAWrongScenarioIsSaidBeforeAnythingStarts(t *testing.T) {
	nowhere(t)
	write(t, "s.yaml", "steps:\n  - {after: 3s, do: explode}\n")
	for _, command := range []string{"sim", "demo"} {
		if r := run(t, command, "--scenario=s.yaml"); r.code != 1 || !strings.HasPrefix(r.err, `s.yaml:2: steps[0].do: there is no action "explode"`) || r.out != "" {
			t.Errorf("%s: %+v", command, r)
		}
	}
}

func TestNoDirectorThereIsSaidSo(t *testing.T) {
	if r := run(t, "sim", "direct", "127.0.0.1:1"); r.code != 1 || !strings.HasPrefix(r.err, "the simulator's director at 127.0.0.1:1: ") {
		t.Errorf("%+v", r)
	}
}

// The config of any simulated estate is one that Lifeboat reads, whatever its speed and size.
func TestTheConfigOfASimulatedEstateIsRight(t *testing.T) {
	for _, o := range []sim.Options{{}, {Speed: 7}, {Speed: 1000, Services: 100}} {
		server, err := sim.Start(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		c := simulated(server.Description())
		if _, err := config.Marshal(c); err != nil {
			t.Errorf("speed %g, %d services: %v", o.Speed, o.Services, err)
		}
		if c.Simulated.Director == "" || len(c.Services) == 0 || c.Edge.Write.URL == "" {
			t.Errorf("something is missing of %+v", c)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAPeriodIsRoundedUpToOneThatCloudWatchTakes(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{1: 1, 2: 5, 3: 5, 5: 5, 6: 10, 30: 30, 31: 60, 60: 60, 61: 120} {
		if got := askablePeriod(d * time.Second); got != want*time.Second {
			t.Errorf("%d s became %s, want %d s", d, got, want)
		}
	}
}

func TestRealCredentialsNeverReachASimulator(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CONFIG_FILE",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "CLOUDFLARE_API_TOKEN", "PGPASSWORD"} {
		t.Setenv(name, "real")
	}
	simulatedCredentials()
	for _, v := range os.Environ() {
		if strings.HasSuffix(v, "=real") {
			t.Errorf("left as it was: %s", v)
		}
	}
}

func TestADemosSimulatorThatEndsAtOnceIsReported(t *testing.T) {
	ended := make(chan error, 1)
	ended <- errors.New("exit status 1")
	if err := awaitFile(context.Background(), filepath.Join(t.TempDir(), "none"), ended); err == nil || err.Error() != "it ended at once (exit status 1)" {
		t.Errorf("said %v", err)
	}
	said := filepath.Join(t.TempDir(), "said")
	write(t, said, "listening: no such port\n")
	if err := lastWords(said); err == nil || err.Error() != "listening: no such port" {
		t.Errorf("its last words: %v", err)
	}
}
