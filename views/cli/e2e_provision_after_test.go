//go:build unix

package cli_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// event is as much of an event as this test reads.
type provisionEvent struct {
	Type, Step, State, Text, Run string
	Name, Value                  string // of a decision
	Plan                         *runbook.Plan
	Planned                      *dr.RootPlan
	Question                     *runbook.Question
	End                          *struct{ Ending string }
}

// outcome is what a command told, and how it ended.
type outcome struct {
	code   int
	events []provisionEvent
	errs   string
}

func (o outcome) plan(root string) (last *dr.RootPlan) {
	for _, e := range o.events {
		if e.Planned != nil && e.Planned.Root == root {
			last = e.Planned
		}
	}
	return last
}

func (o outcome) String() string {
	var b strings.Builder
	for _, e := range o.events {
		if e.Type != "live" && e.Type != "resource" {
			fmt.Fprintf(&b, "%s %s %s %s\n", e.Type, e.Step, e.State, e.Text)
		}
	}
	return fmt.Sprintf("exit %d\n%s%s", o.code, b.String(), o.errs)
}

// do runs a command as a pipeline does.
func (p *provisioner) do(args ...string) outcome {
	p.Helper()
	cmd := exec.Command(lifeboat(p), append(args, "--json", "--config", p.config)...)
	cmd.Env = p.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	o := outcome{code: cmd.ProcessState.ExitCode(), errs: errs.String()}
	lines := bufio.NewScanner(&out)
	for lines.Buffer(nil, 16<<20); lines.Scan(); {
		var e provisionEvent
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			o.events = append(o.events, e)
		}
	}
	return o
}

func confirm(phrases ...string) (args []string) {
	for _, phrase := range phrases {
		args = append(args, "--confirm", phrase)
	}
	return args
}

// planned plans phases side by side, as pipelines do.
func (p *provisioner) planned(phases []string, look func(phase string, o outcome)) {
	p.Helper()
	var all sync.WaitGroup
	for _, phase := range phases {
		all.Go(func() { look(phase, p.do("provision", "--phase", phase, "--plan-only")) })
	}
	all.Wait()
}

// isAsItWasMade plans every root again: none has anything to do. No two phases that are planned side by side hold one root.
func (p *provisioner) isAsItWasMade() {
	p.Helper()
	p.unchanged("foundation", "data", "compute")
	p.unchanged("primary", "failover")
}

func (p *provisioner) control(what string, body map[string]any) {
	p.Helper()
	text, _ := json.Marshal(body)
	answer, err := http.Post(p.endpoint+"/dr/"+what, "application/json", bytes.NewReader(text))
	if err != nil {
		p.Fatal(err)
	}
	_ = answer.Body.Close()
}

// whileTheOtherRegionIsDark plans and applies what a failover may need, with us-east-1, IAM, CloudFront and Route 53 answering nothing
// but errors: logs are kept for longer, by the wizard. Roots that are not the standby's own fail, and
// somebody goes on without them.
func (p *provisioner) whileTheOtherRegionIsDark() {
	p.Helper()
	restore := p.sets("    log_days: 14\n")
	p.control("fault", map[string]any{"region": "us-east-1"})
	for _, global := range []string{"iam", "cloudfront", "route53"} { // at an emulator's address they are signed for any region
		p.control("fault", map[string]any{"service": global})
	}
	for _, phase := range []string{"1 Foundation", "2 Data", "3 Compute"} {
		p.again(phase, p.goesOnWithout())
	}
	p.planned([]string{"foundation", "data", "compute"}, func(phase string, o outcome) {
		if plan := o.plan(phase); plan == nil || !plan.Empty { // a phase has a root of its own name
			p.Errorf("%s was not applied while us-east-1 is dark: %+v\n%s", phase, plan, o)
		}
		if source := o.plan("source"); phase == "data" && (source == nil || source.Why == "" || o.code != 1) {
			p.Errorf("us-east-1 was not dark, or that is not said: %s", o)
		}
	})
	p.control("reset", map[string]any{})
	p.keptFor("14")
	restore()
	for phase, roots := range map[string][]string{"foundation": {"foundation"}, "data": {"source", "data"}, "compute": {"compute"}} {
		args := []string{"provision", "--phase", phase}
		for _, root := range roots {
			args = append(args, "--confirm", dr.ApplyPhrase(root))
		}
		if o := p.do(args...); o.code != 0 {
			p.Errorf("phase %s back to what it was: %s", phase, o)
		}
	}
	p.keptFor("7")
}

// keptFor sees for how many days the standby's logs are kept.
func (p *provisioner) keptFor(days string) {
	p.Helper()
	logs := p.asBoto3(`
for page in at("logs", "us-west-2").get_paginator("describe_log_groups").paginate():
    for g in page["logGroups"]: print(g["logGroupName"], g.get("retentionInDays"))`)
	lines := strings.Split(strings.TrimSpace(logs), "\n")
	for _, line := range lines {
		if len(lines) < 4 || !strings.HasSuffix(line, " "+days) {
			p.Errorf("logs are not kept for %s days: %q", days, lines)
		}
	}
}

// sets writes lines below the inputs of lifeboat.yaml, and gives what takes them out again.
func (p *provisioner) sets(lines string) (restore func()) {
	p.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.Fatal(err)
	}
	const before = "    aliases: [shop.example]\n"
	changed := strings.Replace(string(text), before, before+lines, 1)
	if changed == string(text) {
		p.Fatalf("there are no inputs in\n%s", text)
	}
	p.writes(changed)
	return func() { p.writes(string(text)) }
}

func (p *provisioner) writes(text string) {
	p.Helper()
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

// again goes through a phase that is there already.
func (p *provisioner) again(name string, list ...meets) {
	p.Helper()
	p.toPhase(strings.TrimLeft(name, "0123456789 "))
	p.x.phase(name, list...)
}

// toPhase goes to a phase's line on the path, from a report or from the cockpit.
func (p *provisioner) toPhase(name string) {
	p.Helper()
	if strings.Contains(p.x.text(), " users  ") { // the cockpit
		p.x.keys("p")
	} else {
		p.x.keys("d")
	}
	p.x.see("1  Foundation", "5  Validation")
	p.x.keys("g")
	at := regexp.MustCompile(`(?m)^ *›\S* +(\d +)?` + name)
	for range dr.ProvisionPhases {
		time.Sleep(300 * time.Millisecond)
		if at.MatchString(p.x.text()) {
			return
		}
		p.x.keys("j")
	}
	p.Fatalf("%s cannot be gone to:\n%s", name, p.x.text())
}

// goesOnWithout leaves out what cannot be done, with a reason.
func (p *provisioner) goesOnWithout() meets {
	failed := regexp.MustCompile(`✗ (.+) failed`)
	return meets{again: true, words: troubled, does: func() {
		p.Helper()
		screen := p.x.text()
		if !regexp.MustCompile(`503|Service ?Unavailable|us-east-1 does not answer since`).MatchString(screen) {
			p.Fatalf("this has another cause than the dark region:\n%s", screen)
		}
		what := failed.FindStringSubmatch(screen)[0]
		p.x.presses("s", shows("type  skip "))
		p.x.enters(asks.FindStringSubmatch(p.x.text())[1])
		p.x.see("a reason, for the journal and the report")
		p.x.keys("us-east-1 is dark\r")
		p.x.gone(what)
	}}
}

// withoutTheReplica plans a cheaper strategy: what would destroy the database is refused unless its name is given.
func (p *provisioner) withoutTheReplica() {
	p.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.Fatal(err)
	}
	defer p.writes(string(text))
	p.writes(strings.Replace(string(text), "strategy: warm-standby", "strategy: cold-standby", 1))
	o := p.do("provision", "--phase", "data", "--plan-only")
	plan := o.plan("data")
	if plan == nil || len(plan.Findings) != 1 || plan.Findings[0].Name != "shop-dr-db" || !strings.Contains(o.String(), `and for "shop-dr-db"`) {
		p.Errorf("the replica would be destroyed without a word: %s", o)
	}
}

func (p *provisioner) whileFrozen() {
	p.Helper()
	const change = `
at3 = at("s3", "us-west-2")
where = dict(Bucket="shop-state-123456789012-us-west-2", Key="lifeboat/roles.auto.tfvars.json")
roles = json.loads(at3.get_object(**where)["Body"].read())
roles["frozen_by"] = sys.argv[2]
at3.put_object(Body=json.dumps(roles), ContentType="application/json", **where)`
	p.asBoto3(change, "20260101T000000.000Z-failover")
	defer p.asBoto3(change, "")
	o := p.do("provision", "--phase", "data", "--confirm", "apply data")
	if o.code != 3 || !strings.Contains(o.String(), "frozen by the run 20260101T000000.000Z-failover") {
		p.Errorf("a frozen estate: %s", o)
	}
}

// noSecretIsKept looks for the passwords that were made up, which AWS's own store of secrets knows, through everything that was left on
// this machine, on the screens, and in the bucket of states.
func (p *provisioner) noSecretIsKept() {
	p.Helper()
	secrets := strings.Fields(p.asBoto3(`
for region in ("us-east-1", "us-west-2"):
    store = at("secretsmanager", region)
    for s in store.list_secrets()["SecretList"]:
        value = store.get_secret_value(SecretId=s["Name"])["SecretString"]
        print(json.loads(value)["password"] if value.startswith("{") else value)`))
	if len(secrets) < 2 {
		p.Fatalf("%d passwords were made up, not the database's and Grafana's", len(secrets))
	}
	holds := func(where string, text []byte) {
		for _, s := range secrets {
			if len(s) < 12 || bytes.Contains(text, []byte(s)) {
				p.Errorf("a password of %d letters is in %s", len(s), where)
			}
		}
	}
	if p.x != nil { // not where commands alone provision
		holds("what the screens showed", []byte(p.shown.String()+p.x.output()))
	}
	files := 0
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR"} {
		_ = filepath.WalkDir(p.folder(name), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/.terraform/") {
				return err
			}
			files++
			for _, text := range contents(path) {
				holds(path, text)
			}
			return nil
		})
	}
	left, _ := filepath.Glob(filepath.Join(p.folder("XDG_CACHE_HOME"), "lifeboat", "terraform", "*", "*", "secrets", "*"))
	if len(left) > 0 || files < 100 {
		p.Errorf("passwords are kept after their roots were applied, or %d files are not all: %v", files, left)
	}
	objects := p.asBoto3(`
store = at("s3", "us-west-2")
for o in store.list_objects_v2(Bucket="shop-state-123456789012-us-west-2")["Contents"]:
    print(o["Key"], store.get_object(Bucket="shop-state-123456789012-us-west-2", Key=o["Key"])["Body"].read().decode())`)
	if !strings.Contains(objects, "primary.tfstate") {
		p.Errorf("the bucket of states holds no state of primary: %.300s", objects)
	}
	holds("the bucket of states", []byte(objects))
}

// contents are a file's, and of an archive, as a saved plan is, those of what is in it.
func contents(path string) (all [][]byte) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	all = append(all, text)
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return all
	}
	for _, f := range archive.File {
		if r, err := f.Open(); err == nil {
			part, _ := io.ReadAll(r)
			all = append(all, part)
			_ = r.Close()
		}
	}
	return all
}

// aReplacedDatabaseIsStopped: an input that no database can be changed to in place would replace it. The screen says so and why, the
// phrase of the gate alone does not get past, and the database's own name does: to AWS, which refuses to delete what is protected.
func (p *provisioner) aReplacedDatabaseIsStopped() {
	p.Helper()
	text, err := os.ReadFile(p.config)
	if err != nil {
		p.Fatal(err)
	}
	defer p.writes(string(text))
	p.toPhase("Primary")
	p.x.keys("\r")
	p.x.see("Provision  Primary", "Told", "b plan, then ask")
	p.types("database username", "owner")
	p.x.keys("b")
	p.x.see("REPLACE the database shop-db", "the gate wants its name typed: shop-db", "username cannot be changed in place", "type  shop-db")
	p.Logf("a plan that would replace the database:\n%s", p.x.text())
	p.x.presses("\x15apply primary\r", shows("that is not the phrase"))
	p.x.enters("shop-db")
	p.x.see("a reason, for the journal and the report")
	p.x.keys("the user is another\r")
	p.x.see("type  apply primary")
	p.x.enters("apply primary")
	p.x.see("apply primary failed", "deletion protection")
	p.Logf("what AWS says to that:\n%s", p.x.text())
}

// types changes what the open phase is told.
func (p *provisioner) types(input, value string) {
	p.Helper()
	p.x.keys("\r")
	p.x.see("what it is told")
	for range 40 {
		if regexp.MustCompile(`(?m)^›. ` + input + ` `).MatchString(p.x.text()) {
			p.x.keys("\r", "\x15"+value, "\r")
			p.x.see("1 not written yet")
			return
		}
		p.x.keys("j")
		time.Sleep(150 * time.Millisecond)
	}
	p.Fatalf("%s is not asked for:\n%s", input, p.x.text())
}

// phase provisions a phase to its end as a pipeline does, with the phrases of its gates.
func (p *provisioner) phase(name string, phrases ...string) outcome {
	p.Helper()
	o := p.do(append([]string{"provision", "--phase", name}, confirm(phrases...)...)...)
	if o.code != 0 {
		p.Fatalf("phase %s: %s", name, o)
	}
	return o
}

// unchanged plans phases side by side: none has anything to do.
func (p *provisioner) unchanged(phases ...string) {
	p.Helper()
	p.planned(phases, func(phase string, o outcome) {
		if o.code != 0 {
			p.Errorf("planned again, phase %s: %s", phase, o)
		}
		for _, e := range o.events {
			if e.Planned != nil && !e.Planned.Empty {
				p.Errorf("a second plan of %s: %s %s", e.Planned.Root, e.Planned.Counts.Words(), e.Planned.Why)
			}
		}
	})
}
