package dr

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// StrategyFacts is what a way to stand by costs and means, as far as it is known now.
type StrategyFacts struct {
	Strategy config.Strategy `json:"strategy"`
	Now      bool            `json:"now"`     // the one that there is
	Money    []MoneyLine     `json:"money"`   // a month, beside the primary
	Monthly  float64         `json:"monthly"` // USD: what is known of it
	Unknown  []string        `json:"unknown"` // what is not
	RTO      string          `json:"rto"`     // how long until users are served again, and whence that is known
	RPO      string          `json:"rpo"`     // how much is lost, and what it hangs from
}

// Bill is what it costs a month in words: "about $94 a month, and by use 1 copy of the backups".
func (f StrategyFacts) Bill() string {
	use := "by use " + among(f.Unknown)
	switch {
	case len(f.Unknown) == 0:
		return fmt.Sprintf("about $%s a month", dollarWords(f.Monthly))
	case f.Monthly == 0:
		return use
	}
	return fmt.Sprintf("about $%s a month, and %s", dollarWords(f.Monthly), use)
}

// StrategiesOf are all ways to stand by, the dearest first.
func StrategiesOf(c *config.Config, e *Estate) []StrategyFacts {
	var list []StrategyFacts
	for _, s := range Strategies {
		f := StrategyFacts{Strategy: s, Now: s == c.Strategy, Money: standbyBill(c, e, s), RTO: serveWords(e, s), RPO: lossWords(c, e, s)}
		f.Monthly, f.Unknown = MoneySum(f.Money)
		list = append(list, f)
	}
	return list
}

// guesses are the sums of the reference estate's own plan, for what no price list tells of an estate.
const (
	copiesGuess = "about $3 in the reference estate's plan"
	filesGuess  = "about $2 in the reference estate's plan"
)

// standbyBill is what stands by in a strategy. What all of them have is not on it: keys, secrets, repositories and alarms.
func standbyBill(c *config.Config, e *Estate, s config.Strategy) []MoneyLine {
	b := bill{items: map[string]*item{}}
	if s != config.PilotLight {
		b.charge("aws_nat_gateway", map[string]string{}, 1)
		b.charge("aws_eip", map[string]string{}, 1)
		b.charge("aws_lb", map[string]string{"subnets[0]": "a", "subnets[1]": "b"}, 1)
	}
	if own, said := c.Terraform.Inputs["interface_endpoints"].(bool); own || !said && s == config.WarmStandby {
		for range 4 { // of ECR's API and images, logs and secrets
			b.charge("aws_vpc_endpoint", map[string]string{"vpc_endpoint_type": "Interface", "subnet_ids[0]": "a", "subnet_ids[1]": "b"}, 1)
		}
	}
	if s == config.WarmStandby {
		b.replica(e, c)
		b.standing(e, c)
		if c.Terraform.Inputs["observability"] != nil {
			b.unknown(2, "file system", "file systems", "a GB that is stored: "+filesGuess)
		}
	}
	if s != config.WarmStandby || keepBackups(c) == "true" {
		b.unknown(1, "copy of the backups", "copies of the backups", "a GB of snapshots and logs, and its way between regions: "+copiesGuess)
	}
	return b.lines()
}

// replica is as large as the primary's database.
func (b *bill) replica(e *Estate, c *config.Config) {
	if raw := e.side(c.Regions.Primary.Name).Raw; raw != nil {
		for _, db := range raw.Databases.Value {
			if db.Source == "" {
				b.database(map[string]string{"instance_class": db.Class, "engine": db.Engine, "allocated_storage": fmt.Sprint(db.StorageGiB)}, 1)
				return
			}
		}
	}
	b.unknown(1, "replica", "replicas", "the primary's database was not read: about $12 in the reference estate's plan")
}

// standing are the tasks that a warm standby runs, each as large as its definition says in the region that has it.
func (b *bill) standing(e *Estate, c *config.Config) {
	for _, v := range c.Services {
		if v.Standby == 0 {
			continue
		}
		d := e.taskSize(c.Regions.Standby.Name, v.Name)
		if d.VCPU == 0 {
			d = e.taskSize(c.Regions.Primary.Name, v.Name)
		}
		if d.VCPU == 0 || d.GiB == 0 {
			b.unknown(float64(v.Standby), "task of "+v.Name, "tasks of "+v.Name, "its definition was not read")
			continue
		}
		b.add(float64(v.Standby), "task of "+v.Name, "tasks of "+v.Name, fargateMonth(d.VCPU, d.GiB, false), "Fargate, as many as stand by")
	}
}

// serveWords are how long users wait in a strategy: measured by this estate's own runs, where there was one.
func serveWords(e *Estate, s config.Strategy) string {
	hangs := map[config.Strategy]string{
		config.WarmStandby: "the promotion, which reboots the database, and the tasks' start: minutes",
		config.ColdStandby: "the database's restore, which grows with its size, and the tasks' start",
		config.PilotLight:  "the database's restore, which grows with its size; gateway, balancer and services are made first",
	}[s]
	if r := e.Record.serves[s]; r.took > 0 {
		return "about " + about(r.took) + " (" + r.from + "); " + hangs
	}
	return "unknown: no run yet; " + hangs
}

// lossWords are how much is lost in a strategy.
func lossWords(c *config.Config, e *Estate, s config.Strategy) string {
	if s == config.WarmStandby {
		if r := e.RiskAt(e.At); e.Strategy == s && r.Known {
			return "at most " + atMost(r.Value) + " now (" + r.From + "): the replica's lag"
		}
		return "the replica's lag, mostly seconds; unknown: there is no replica now"
	}
	every := "minutes, since RDS copies the log as it is written"
	if c.Terraform.Inputs["snapshot_copies"] != nil {
		every = "an hour or more, since AWS Backup copies snapshots by a schedule (snapshot_copies)"
	}
	words := "the newest recovery point's age: " + every
	if p := e.copiedPoint(c); !p.At.IsZero() {
		return words + "; " + copyAge(p, e.At) + " now (" + p.From + ")"
	}
	return words + "; none is copied yet"
}

// copiedPoint is the newest recovery point of the primary's data in the standby's region; a zero At where none was seen.
func (e *Estate) copiedPoint(c *config.Config) RecoveryPoint {
	var p RecoveryPoint
	raw := e.side(c.Regions.Standby.Name).Raw
	if raw == nil {
		return p
	}
	for _, b := range raw.Backups.Value {
		if b.SourceRegion == c.Regions.Primary.Name {
			p.later(b.Latest, "replicated backups of "+plain(b.Database))
		}
	}
	for _, snap := range raw.Snapshots.Value {
		if snap.SourceRegion == c.Regions.Primary.Name && snap.Status == "available" {
			p.later(original(snap), "snapshot "+plain(snap.ID))
		}
	}
	return p
}

// copyAge is how old the data of a recovery point is.
func copyAge(p RecoveryPoint, now time.Time) string { return span(now.Sub(p.At)) }

// openGate shows what the change does, in order, and what both strategies cost and mean.
func (s *strategist) openGate() *runbook.Gate {
	phrase := s.phrase()
	people := 1
	if slices.Contains(s.c.Gates.TwoPeople, gateOpen) {
		people = 2
	}
	return &runbook.Gate{
		ID: gateOpen, Phrase: phrase, Title: phrase, Opening: true, People: people,
		Show: func(ctx context.Context, _ *runbook.Task) (runbook.Notice, error) {
			e, err := s.watch.Settled(ctx)
			if err != nil {
				return runbook.Notice{}, err
			}
			n := runbook.Notice{What: s.whatHappens(), Data: s.dataWords(), Time: s.tookBefore(ctx)}
			if s.replica != "" {
				n.Never = []string{fmt.Sprintf("the deletion of the %s %s, behind a gate of its own", s.thing(), s.replica)}
			}
			s.compare(&n, StrategiesOf(s.c, e))
			return n, nil
		},
	}
}

// compare says what both ways to stand by cost and mean; of a deactivation, which goes back to the one that there was, what that costs.
func (s *strategist) compare(n *runbook.Notice, all []StrategyFacts) {
	var was, will StrategyFacts
	for _, f := range all {
		if f.Strategy == s.from {
			was = f
		}
		if f.Strategy == s.to {
			will = f
		}
	}
	if s.kind == Deactivate {
		n.Money = "at rest " + will.Bill() + ", by list prices of " + priceDate + "; each plan says what its root saves"
		return
	}
	n.Money = moneyBetween(was, will)
	n.What = append(n.What, "serving again "+string(s.from)+": "+was.RTO, "serving again "+string(s.to)+": "+will.RTO, "lost "+string(s.from)+": "+was.RPO, "lost "+string(s.to)+": "+will.RPO)
}

// whatHappens is the plan in words.
func (s *strategist) whatHappens() []string {
	if s.kind == Deactivate {
		return s.restWords()
	}
	var out []string
	if s.replica != "" {
		out = append(out,
			"copies of the primary's backups in "+s.away().Name+", and wait until one is newer than this run",
			fmt.Sprintf("a snapshot of %s by hand, %s, and wait until it is whole", s.replica, s.lastCopy),
			fmt.Sprintf("then, behind a gate of its own: give %s up", s.replica),
		)
	}
	out = append(out, "lifeboat.yaml says "+string(s.to))
	if s.cheaper() {
		out = append(out, "the tasks that stand by end")
	}
	out = append(out, "then by Terraform, each root behind its own gate: "+strings.Join(s.order(), ", "))
	if s.to == config.WarmStandby {
		out = append(out, "the new replica is seen to follow; "+map[bool]string{true: "then the copies of backups go, as lifeboat.yaml says", false: "the copies of backups stay"}[s.keep == "false"])
	}
	return append(out, "never: a writer, a key, a bucket or a repository")
}

func (s *strategist) dataWords() string {
	if s.replica == "" {
		return "nothing is lost by it: users and their data stay where they are"
	}
	if s.kind == Deactivate {
		return "nothing that users have written is lost: " + s.followed + " has it, and is not touched; " + s.replica + " lasts as a snapshot"
	}
	return "nothing that users have written is lost: the writer is not touched. Between the replica's end and the next takeover only recovery points stand by"
}

// moneyBetween is what both cost, and the difference of what is known.
func moneyBetween(was, will StrategyFacts) string {
	diff, which := will.Monthly-was.Monthly, "more"
	if diff < 0 {
		which = "less"
	}
	return fmt.Sprintf("%s %s; %s %s: about $%s a month %s, by list prices of %s; each plan says its own",
		was.Strategy, was.Bill(), will.Strategy, will.Bill(), dollarWords(math.Abs(diff)), which, priceDate)
}

// tookBefore is how long the newest such change took, people's time apart.
func (s *strategist) tookBefore(ctx context.Context) string {
	past, err := stackRuns(ctx, s.state)
	if err != nil {
		return "unknown: past runs could not be read: " + whyOf(err)
	}
	for _, v := range past {
		if v.Plan.Title != s.phrase() || v.Ending != runbook.Done {
			continue
		}
		took := v.Changed.Sub(v.Started)
		for _, step := range v.Steps {
			took -= step.Waited
		}
		return "about " + about(took) + ", by the newest such change here; users do not wait"
	}
	return "unknown: no such change was made here yet; users do not wait"
}

// reportStep says what stands by now, and what is kept.
func (s *strategist) reportStep() runbook.Step {
	return runbook.Step{
		ID: StepReport, Title: "report", Why: "what stands by now, and what was kept, is said by whoever did it", Timeout: shortStep,
		Await: func(_ context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.DryRun {
				return runbook.Seen{So: true, Text: "nothing was changed: each step says what it would have done"}, nil
			}
			words := s.away().Name + " stands by as a " + s.to.Words()
			if s.kind == Deactivate {
				words = s.away().Name + " rests: it stands by as a " + s.to.Words() + " again"
			}
			if s.replica != "" {
				words += fmt.Sprintf(". Kept of %s: the snapshot %s, until somebody deletes it by that name; and %s", s.replica, s.lastCopy, pointWords(t.Pin(PinProven)))
			}
			return runbook.Seen{So: true, Text: words}, nil
		},
	}
}

// Strategies reads the estate and gives all ways to stand by.
func (r *Runner) Strategies(ctx context.Context) []StrategyFacts {
	return StrategiesOf(r.c, r.settled(ctx))
}
