//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
)

// operator is somebody at a cockpit who has nothing but its keyboard.
type operator struct {
	wizard
	asked []string // what gates have asked for, in order
}

// orders has the director do something, and waits until he says that.
func (o *operator) orders(order, says string) {
	o.t.Helper()
	o.keys("D")
	o.see("Director")
	o.keys(order)
	o.see("› " + order)
	o.keys("\r")
	o.see("Director  " + says)
	o.keys("\x1b")
	o.gone("Director")
}

// prepares opens what is seen before a run, as soon as the cockpit lets it, and begins the run once its plan is there.
func (o *operator) prepares(key, name string) {
	o.t.Helper()
	o.presses(key, shows(name))
	o.see(name, "nothing changes before you type:", "b begin, to its gate")
	o.keys("b")
}

// reasons matches the field for what goes into the journal with a phrase.
var reasons = regexp.MustCompile(`(?m)^ write  a reason, for the journal and the report`)

// answers types what gates ask for, and a reason where they want one, until one of the words is on the screen.
func (o *operator) answers(until ...string) string {
	o.t.Helper()
	for {
		var screen, phrase string
		reason, over := false, false
		o.until("a gate, or "+strings.Join(until, ", "), func(s string) bool {
			screen, phrase, reason = s, "", reasons.MatchString(s)
			if asked := asks.FindStringSubmatch(s); asked != nil && !reason {
				phrase = asked[1]
			}
			over = !slices.ContainsFunc(until, func(word string) bool { return !strings.Contains(s, word) })
			return over || reason || phrase != ""
		})
		switch {
		case over:
			return screen
		case reason:
			o.presses("\x15the owner agrees\r", func(s string) bool { return !reasons.MatchString(s) })
		default:
			o.asked = append(o.asked, phrase)
			o.presses("\x15"+phrase+"\r", func(s string) bool { return !strings.Contains(s, "type  "+phrase) || reasons.MatchString(s) })
		}
	}
}

// took gives what gates have asked for since it was called last, and complains where that lacks something.
func (o *operator) took(t *testing.T, what string, phrases ...string) {
	t.Helper()
	for _, p := range phrases {
		if !slices.Contains(o.asked, p) {
			t.Errorf("%s: no gate asked for %q, only for %q", what, p, o.asked)
		}
	}
	o.asked = nil
}

// standing is what an estate is made of, as `lifeboat status --json` tells it from another shell: who serves and writes, what runs,
// which databases there are and what follows what, and where users are led. Kept databases are findings, and left out.
type standing struct {
	Verdict struct{ Serving, Writer string }
	Record  struct {
		OpenRuns []string `json:"open_runs"`
		Lease    struct{ Held bool }
	}
	Second      any `json:"second_writer"`
	Replication struct{ State, Source, Replica string }
	Regions     []struct {
		Name, Condition string
		Services        []struct {
			Name             string
			Desired, Running *int
			Min              *float64 `json:"autoscaling_min"`
			Max              *float64 `json:"autoscaling_max"`
			Rollout, Absent  any
			TaskDefinition   string `json:"task_definition"`
			Image            struct{ Tag, Digest, Parity string }
			Level            string
		}
		Databases []struct {
			ID, Role, Status, Class, Source string
			MultiAZ                         *bool `json:"multi_az"`
			Encrypted                       *bool
			Protected                       *bool `json:"deletion_protection"`
			StorageGiB                      *int  `json:"storage_gib"`
			MaxStorageGiB                   *int  `json:"storage_max_gib"`
			RetentionDays                   *int  `json:"backup_retention_days,omitempty"`
		}
	}
	Path struct {
		To      *string
		Records []struct{ Name, Type, Content string } `json:"dns_records"`
		Origins []struct {
			ID, Domain string
			Region     *string
		} `json:"cdn_origins"`
	}
}

// stands reads the estate from another shell.
func stands(t testing.TB, x *terminal) *standing {
	t.Helper()
	_, path := configOf(t, x)
	cmd := exec.Command(lifeboat(t), "status", "--json", "--config", path)
	cmd.Env = x.cmd.Env
	out, _ := cmd.Output() // it ends with 1 where anything is degraded
	s := &standing{}
	if err := json.Unmarshal(out, s); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	return s
}

// shape is the estate as lines. What keeps backups goes its own way: a standby that is made anew has them on, whatever the first one had.
func (s standing) shape(t testing.TB) string {
	t.Helper()
	for i := range s.Regions {
		for k := range s.Regions[i].Databases {
			s.Regions[i].Databases[k].RetentionDays = nil
		}
	}
	out, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// comesToStandAs waits until the estate has the shape.
func comesToStandAs(t testing.TB, x *terminal, began string) {
	t.Helper()
	was, now := strings.Split(began, "\n"), []string(nil)
	for range 20 {
		if now = strings.Split(stands(t, x).shape(t), "\n"); slices.Equal(now, was) {
			return
		}
		time.Sleep(time.Second)
	}
	for i := range max(len(was), len(now)) {
		if i >= len(was) || i >= len(now) || was[i] != now[i] {
			t.Errorf("the estate is not as it was from line %d on:\n%s\nand was\n%s", i, strings.Join(now[min(i, len(now)):], "\n"), strings.Join(was[min(i, len(was)):], "\n"))
			return
		}
	}
}

// keepsBackups fails the test where a database has no backups.
func keepsBackups(t *testing.T, s *standing) {
	t.Helper()
	for _, r := range s.Regions {
		for _, db := range r.Databases {
			if db.RetentionDays == nil || *db.RetentionDays == 0 {
				t.Errorf("%s in %s keeps no backups", db.ID, r.Name)
			}
		}
	}
}

// lastThrough matches the moment of the last commit that came through, in a report.
var lastThrough = regexp.MustCompile(`what was committed after ([\d:.]+) UTC`)

// lostBy are the rows that us-east-1 has acknowledged and us-west-2 does not show. One that the report does not own up to fails the test.
func lostBy(t *testing.T, users *traffic, report string) map[int]bool {
	t.Helper()
	said := lastThrough.FindStringSubmatch(strings.Join(strings.Fields(report), " "))
	if said == nil {
		t.Fatalf("the report does not say what is lost:\n%s", report)
	}
	shown, lost := users.rows(users.c.Regions.Standby), map[int]bool{}
	for _, a := range users.acknowledged() {
		if a.Environment == "primary" && !shown[a.N] {
			lost[a.N] = true
			if at := a.At.UTC().Format("15:04:05.000"); at <= said[1] {
				t.Errorf("row %d of %s is lost, and the report says that what was committed up to %s came through", a.N, at, said[1])
			}
		}
	}
	return lost
}

// The whole way there and back, twice in a row in one day, in the demo, by keyboard alone and under the writes of users.
func TestSomebodyFailsOverAndComesHomeTwiceByKeyboardAlone(t *testing.T) {
	if os.Getenv("LIFEBOAT_E2E") != "full" {
		t.Skip("two failovers and two ways home at a simulator, some minutes: LIFEBOAT_E2E=full runs it")
	}
	x := demo(t, 120, 36, "--speed", "120")
	x.see("us-east-1 serves. us-west-2 can take over now.")
	c, path := configOf(t, x)
	o, users := &operator{wizard: wizard{x}}, writes(t, c)
	began := stands(t, x).shape(t)
	lost := map[int]bool{}
	for round := 1; round <= 2; round++ {
		users.more("primary", 20)
		if round == 2 { // what is written from now on is lost with us-east-1
			o.orders("stall-replica", "● stall-replica")
			users.more("primary", 20)
		}
		report := o.leaves(t)
		users.more("dr", 20)
		for n := range lostBy(t, users, report) {
			lost[n] = true
		}
		if round == 2 && len(lost) == 0 {
			t.Error("nothing of what was written to a replica that stood still is lost: the test has lost its point")
		}
		o.comesHome(t)
		x.see("us-east-1 serves. us-west-2 can take over now.", "● serving", "◆ ready")
		users.more("primary", 20)
		comesToStandAs(t, x, began)
		keepsBackups(t, stands(t, x))
	}
	acks := users.ended()
	comesToShow(t, users, c.Regions.Primary, acks, lost)
	comesToShow(t, users, c.Regions.Standby, acks, lost)
	t.Logf("%d rows acknowledged, %d of them lost with us-east-1, as the reports say", len(acks), len(lost))
	o.listsKept(t)
	cmd := exec.Command(lifeboat(t), "history", "verify", "--config", path)
	cmd.Env = x.cmd.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("history verify: %v\n%s", err, out)
	}
	x.keys("q")
	if code := x.exit(); code != 0 {
		t.Errorf("quitting ended with %d", code)
	}
}

// leaves darkens us-east-1 and fails over, and gives the report. us-east-1 stays dark.
func (o *operator) leaves(t *testing.T) string {
	t.Helper()
	o.orders("darken us-east-1", "● darken us-east-1") // it stands before what else is in force
	o.see("us-east-1 does not answer since", "✗ dark")
	o.prepares("f", "FAIL OVER  us-east-1 → us-west-2")
	report := o.answers("OPEN: us-west-2 serves, old writer NOT fenced")
	o.took(t, "failover", "promote without a fence receipt", opening, sending)
	o.keys("d")
	o.see("us-west-2 serves. There is no standby since", "NOT fenced")
	return report
}

// comesHome lets us-east-1 return, makes a standby there, and goes home.
func (o *operator) comesHome(t *testing.T) {
	t.Helper()
	o.orders("restore", "nothing is broken")
	o.see("Old writer davidshaevel-dev-db in us-east-1 kept, fenced since")
	o.prepares("b", "REPROTECT  us-east-1 from us-west-2")
	o.answers("came to     done: us-east-1 stands by again")
	o.took(t, "reprotection", "reprotect us-east-1 from us-west-2")
	o.keys("d")
	o.see("us-west-2 serves. us-east-1 can take over now.")
	o.prepares("b", "FAIL BACK  us-west-2 → us-east-1")
	o.answers("came to     done", "Nothing was lost")
	o.took(t, "failback", "fail back us-west-2 to us-east-1", "send users to us-east-1")
	o.keys("d")
}

// comesToShow waits until a region shows every row that was acknowledged and not lost.
func comesToShow(t *testing.T, users *traffic, r config.Region, acks []ack, lost map[int]bool) {
	t.Helper()
	var lacks []int
	for range 50 {
		shown := users.rows(r)
		lacks = nil
		for _, a := range acks {
			if !shown[a.N] && !lost[a.N] {
				lacks = append(lacks, a.N)
			}
		}
		if len(lacks) == 0 {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Errorf("%s lacks rows that were acknowledged and not lost with a region: %v", r.Name, lacks)
}

// listsKept looks at the databases that are kept, on the page of each region: the two of every round, and no more.
func (o *operator) listsKept(t *testing.T) {
	t.Helper()
	for region, db := range map[string]string{"us-east-1": "davidshaevel-dev-db", "us-west-2": "davidshaevel-dr-db"} {
		o.keys(":")
		o.see("one region, or both")
		o.keys(region)
		o.see("› " + region)
		o.keys("\r")
		o.see("Findings")
		screen := strings.Join(strings.Fields(o.text()), " ")
		names := regexp.MustCompile(regexp.QuoteMeta(fmt.Sprintf("old primary %s kept, fenced, as %s-kept-", db, db))+`\d{8}-\d{6}`).FindAllString(screen, -1)
		if len(slices.Compact(names)) != 2 {
			t.Errorf("%s lists %q as kept, want two:\n%s", region, names, o.text())
		}
		o.keys("\x1b")
		o.see("● serving", "◆ ready")
	}
}
