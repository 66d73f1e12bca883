package dr_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/sim"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// watched is a simulated estate inside a bubble of time, and a Watch of it that reads journals in a directory.
type watched struct {
	*sim.Server
	*dr.Watch
	t   *testing.T
	cfg *config.Config
	dir string
	net *sim.Memory
}

// underWatch runs f with one. Nothing in it takes any real time.
func underWatch(t *testing.T, f func(w *watched)) {
	dir := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIALIFEBOATSIMULATE", "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_CONFIG_FILE": os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "CLOUDFLARE_API_TOKEN": "simulated", "PGPASSWORD": "simulated", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &watched{t: t, dir: dir, net: sim.NewMemory()}
		s, err := sim.Start(t.Context(), sim.Options{Seed: 3, Network: w.net, CAFile: filepath.Join(dir, "ca.pem")})
		if err != nil {
			t.Fatal(err)
		}
		w.Server, w.cfg = s, configOf(s.Description())
		ctx, cancel := context.WithCancel(t.Context())
		w.watch(ctx)
		f(w)
		cancel()
		w.Wait()
		time.Sleep(3 * time.Minute) // connections that are still being made give up
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// watch opens a Watch of the estate: that of another process, which remembers nothing.
func (w *watched) watch(ctx context.Context) {
	w.t.Helper()
	var err error
	w.Watch, err = dr.Open(w.cfg, dr.Options{Dial: w.net.DialContext, Journals: func(context.Context) (dr.Journals, error) {
		return dr.Journals{Archive: w.archive(), Lease: w.lease, Where: "this machine only"}, nil
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Start(ctx)
}

func (w *watched) archive() runbook.FileArchive {
	return runbook.FileArchive{Dir: filepath.Join(w.dir, "runs")}
}
func (w *watched) lease() runbook.Lease { return runbook.NewFileLease(w.dir) }

// configOf is the lifeboat.yaml of a simulated estate at Lifeboat's own periods.
func configOf(d sim.Description) *config.Config {
	c := &config.Config{
		Version: 1, Estate: d.Estate, Strategy: config.WarmStandby, Simulated: &config.Simulated{Director: d.Director},
		Objectives: config.Objectives{RPO: config.Duration(5 * time.Minute), RTO: config.Duration(time.Hour)},
		Edge: config.Edge{
			Distribution: d.Edge.Distribution, Resolvers: d.Edge.Resolvers, HealthField: d.Edge.HealthField,
			Cloudflare: config.Cloudflare{Zone: d.Edge.Zone, Records: d.Edge.Records, Endpoint: d.Cloudflare},
			Pages:      probeOf(d.Edge.Pages), API: probeOf(d.Edge.API), Write: probeOf(d.Edge.Write),
		},
	}
	for i, r := range []*config.Region{&c.Regions.Primary, &c.Regions.Standby} {
		from := d.Regions[i]
		*r = config.Region{Name: from.Name, Endpoint: d.Endpoint, Environment: from.Environment, Repositories: from.Repositories, Secrets: from.Secrets, Probe: probeOf(from.Probe)}
		for _, cl := range from.Clusters {
			r.Clusters = append(r.Clusters, config.Cluster{Name: cl.Name, Services: cl.Services})
		}
		for _, b := range from.Balancers {
			r.Balancers = append(r.Balancers, config.Balancer{Name: b.Name})
		}
		for _, db := range from.Databases {
			r.Databases = append(r.Databases, config.Database{ID: db.ID, Connection: &config.Connection{
				Host: db.Host, Port: db.Port, User: db.User, Database: db.Database, SSLMode: db.SSLMode, RootCA: db.RootCA,
			}})
		}
	}
	for _, s := range d.Services {
		c.Services = append(c.Services, config.Service{Name: s.Name, Full: s.Full, Standby: s.Standby, Writes: s.Writes, Repository: s.Repository, Container: s.Container})
	}
	return c
}

func probeOf(p sim.Probe) config.Probe {
	return config.Probe{URL: p.URL, Dial: p.Dial, Host: p.Host, CAFile: p.CAFile, Method: p.Method, Body: p.Body, Headers: p.Headers, Resolve: p.Resolve}
}

const (
	east, west       = "us-east-1", "us-west-2"
	oldWriter        = "davidshaevel-dev-db"
	newWriter        = "davidshaevel-dr-db"
	failoverSentence = "fail over us-east-1 to us-west-2"
)

func (w *watched) changer(region string) *aws.Changer {
	w.t.Helper()
	c, err := aws.NewChanger(aws.Spec{Region: region, Endpoint: w.Description().Endpoint, Dial: w.net.DialContext}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *watched) direct(name string, args ...string) {
	w.t.Helper()
	if err := w.Cloud().Do(name, args...); err != nil {
		w.t.Fatal(err)
	}
}

// after lets time pass, and gives the estate then.
func (w *watched) after(d time.Duration) *dr.Estate {
	time.Sleep(d)
	synctest.Wait()
	return w.Estate()
}

// failover is as much of a failover as split brain needs: the promotion, and then, behind a gate of its own, the fence.
func (w *watched) failover() runbook.Procedure {
	here, there := w.changer(west), w.changer(east)
	promoted := func(ctx context.Context, accepted string) (runbook.Seen, error) {
		db, err := here.Database(ctx, newWriter)
		return runbook.Seen{So: db.Writer() && db.Status == "available" || accepted != "" && db.Status == accepted, Text: db.Status}, err
	}
	fenced := func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) {
		n, err := there.Tasks(ctx, "dev-cluster", "davidshaevel-dev-backend")
		return runbook.Seen{So: n == 0 && err == nil}, nil
	}
	paper := func(runbook.Pins) []string { return nil }
	gate := func(id, phrase string) *runbook.Gate { return &runbook.Gate{ID: id, Phrase: phrase} }
	control := func(op, region string) []runbook.Call {
		return []runbook.Call{{Operation: op, Plane: runbook.Control, Region: region, BestEffort: region == east}}
	}
	return runbook.Procedure{Name: string(dr.Failover), Title: failoverSentence, From: east, To: west, Steps: []runbook.Step{
		{ID: dr.StepPromote, Title: "promote", Timeout: time.Hour, Undoing: runbook.UndoNever, Commit: true, Paper: paper,
			Gate: gate("open", failoverSentence), Calls: control("rds:PromoteReadReplica", west),
			Check: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) { return promoted(ctx, "modifying") },
			Do: func(ctx context.Context, t *runbook.Task) error {
				if _, err := t.Decide(ctx, dr.PinPromotedAt, time.Now().Format(time.RFC3339Nano)); err != nil {
					return err
				}
				return here.Promote(ctx, newWriter, 7)
			},
			Await: func(ctx context.Context, _ *runbook.Task) (runbook.Seen, error) { return promoted(ctx, "") }},
		{ID: "fence", Title: "fence", After: []string{dr.StepPromote}, Timeout: time.Hour, Undoing: runbook.UndoSeconds, Safety: true, Paper: paper,
			Deadline: time.Hour, Gate: gate("fence", "fence us-east-1"), Calls: control("ecs:UpdateService", east),
			Check: fenced, Await: fenced,
			Do: func(ctx context.Context, _ *runbook.Task) error {
				if err := there.SetScaling(ctx, "dev-cluster", "davidshaevel-dev-backend", 0, 0); err != nil {
					return err
				}
				return there.SetDesired(ctx, "dev-cluster", "davidshaevel-dev-backend", 0, nil)
			},
			Verify: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
				_, err := t.Decide(ctx, dr.PinReceipt(1), `{"at":"`+time.Now().UTC().Format(time.RFC3339Nano)+`","by":"sql","text":"0 tasks"}`)
				return runbook.Seen{So: true}, err
			}},
	}}
}

// until answers gates up to one that nobody answers.
type until string

func (u until) Ask(_ context.Context, q runbook.Question) (runbook.Answer, error) {
	if q.ID == "gate "+string(u) {
		return runbook.Answer{}, runbook.ErrNoAnswer
	}
	return runbook.Answer{Choice: runbook.Pass, Phrase: q.Offers[0].Phrase, By: "ops"}, nil
}

// drive runs the failover, or takes it up, as far as its operator goes.
func (w *watched) drive(id string, by runbook.Operator, open func(context.Context, runbook.Procedure, runbook.Options) (*runbook.Run, error)) {
	w.t.Helper()
	store, err := w.archive().Store(id)
	if err != nil {
		w.t.Fatal(err)
	}
	run, err := open(w.t.Context(), w.failover(), runbook.Options{
		Run: id, Mode: runbook.Unplanned, By: "ops", Host: "desk", Store: store, Lease: w.lease(), Operator: by,
		Pins: runbook.Pins{dr.PinSource: oldWriter, dr.PinReplica: newWriter},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	run.Wait()
}

// sendUsers points every record that leads to us-east-1's balancer at us-west-2's, and brings that region to full size.
func (w *watched) sendUsers() {
	d := w.Description()
	w.Cloud().Locked(func(in *cloud.World) {
		for _, r := range in.Zones[0].Records {
			if r.Content == d.Regions[0].Balancers[0].DNSName {
				r.Content = d.Regions[1].Balancers[0].DNSName
			}
		}
	})
	c := w.changer(west)
	for _, s := range d.Services {
		if err := c.SetDesired(w.t.Context(), "dr-cluster", "davidshaevel-dr-"+s.Name, s.Full, nil); err != nil {
			w.t.Fatal(err)
		}
	}
}

// wantSplit holds the second writer and the verdict against what they should be.
func (w *watched) wantSplit(what string, e *dr.Estate, level dr.Level, text string) {
	w.t.Helper()
	if s := e.Split; s == nil || s.Level != level || !strings.HasPrefix(s.Text, text) {
		w.t.Errorf("%s: %+v; want %s: %s", what, s, level, text)
	}
	if (e.Verdict.Level == dr.Bad) != (level == dr.Bad) {
		w.t.Errorf("%s: the verdict is %s: %v", what, e.Verdict.Level, e.Verdict.Lines)
	}
}

func TestSplitBrainIsRedUntilFencedAndRedAgainAtTheFirstStrayConnection(t *testing.T) {
	underWatch(t, func(w *watched) {
		e := w.after(2 * time.Minute)
		if e.Verdict.Writer != east || e.Split != nil || e.Verdict.Level == dr.Bad {
			t.Fatalf("before: writer %q, %+v, %v", e.Verdict.Writer, e.Split, e.Verdict.Lines)
		}
		for _, c := range e.Checks {
			if c.Verdict != dr.CheckPass && !slices.Contains([]string{"origin-group", "journal", "last-run"}, c.ID) {
				t.Errorf("before: check %s: %s: %s", c.ID, c.Verdict, c.Text)
			}
		}
		w.direct("darken", east)
		w.after(2 * time.Minute)
		id := runbook.NewRunID(time.Now(), string(dr.Failover))
		w.drive(id, until("fence"), runbook.Start)
		w.sendUsers()
		e = w.after(5 * time.Minute)
		const old = "old writer " + oldWriter + " in us-east-1 "
		w.wantSplit("dark and not fenced", e, dr.Bad, old+"NOT fenced: there is no receipt")
		assertServes(t, e, west)

		w.direct("return", east)
		e = w.after(5 * time.Minute)
		w.wantSplit("back and not fenced", e, dr.Bad, old+"NOT fenced: there is no receipt")
		if e.Split != nil && e.Split.Fix != "fence it: lifeboat resume "+id {
			t.Errorf("the fix is %q", e.Split.Fix)
		}
		w.drive(id, until("nobody"), runbook.Resume)
		e = w.after(5 * time.Minute)
		w.wantSplit("fenced", e, dr.Warn, old+"kept, fenced since")
		w.direct("stray-connection", east)
		e = w.after(time.Minute)
		w.wantSplit("a stray connection", e, dr.Bad, old+"NOT fenced: 1 connection to it (nightly-report")
		w.direct("restore")
		w.wantSplit("the stray is gone again", w.after(time.Minute), dr.Bad, old+"NOT fenced: 1 connection to it")
	})
}

func assertServes(t *testing.T, e *dr.Estate, region string) {
	t.Helper()
	if e.Verdict.Serving != region || e.Verdict.Writer != region {
		t.Errorf("%q serves, the writer of record is %q: %v", e.Verdict.Serving, e.Verdict.Writer, e.Verdict.Lines)
	}
}

func TestAfterAFailoverEveryLineIsOfTheNewRoles(t *testing.T) {
	underWatch(t, func(w *watched) {
		time.Sleep(time.Minute)
		w.direct("darken", east)
		time.Sleep(2 * time.Minute)
		at := time.Now()
		w.drive(runbook.NewRunID(at, string(dr.Failover)), until("fence"), runbook.Start)
		w.sendUsers()
		e := w.after(5 * time.Minute)
		assertServes(t, e, west)
		since := "There is no standby since " + at.UTC().Format("15:04:05") + "."
		if line := e.Verdict.Lines[0].String(); line != "us-west-2 serves. "+since {
			t.Errorf("it begins with %q", line)
		}
		if e.Risk.Safe.Sub(at) != 0 || !e.Risk.Known {
			t.Errorf("at risk is %+v, want all since %s", e.Risk, at)
		}
		for _, v := range e.Regions[1].Services {
			if v.Level != dr.Good || v.Running != v.Full {
				t.Errorf("%s in us-west-2: %s, %q, runs %d of %d", v.Name, v.Level, v.Word, v.Running, v.Full)
			}
		}
		w.direct("return", east)
		w.drive(e.Record.Run, until("nobody"), runbook.Resume)
		e = w.after(5 * time.Minute)
		for _, v := range e.Regions[0].Services {
			if v.Level == dr.Bad || v.Level == dr.Warn {
				t.Errorf("%s in us-east-1: %s, %q, though it is left on purpose", v.Name, v.Level, v.Word)
			}
		}
		if r := e.Regions[0]; r.Why != strings.ToLower(since[:1])+since[1:len(since)-1] {
			t.Errorf("us-east-1 is %s: %s", r.Condition, r.Why)
		}
	})
}
