package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

func (a *app) history() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history",
		Short: "List past runs, show one, or verify that its journal is what was written",
		Args:  noArgs,
		RunE:  a.run(func(cmd *cobra.Command, _ []string) error { return a.listRuns(cmd.Context(), false) }),
	}
	cmd.AddCommand(a.historyList(), a.historyShow(), a.historyVerify(), a.historyPaper())
	return cmd
}

func (a *app) historyList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List every run that is kept, the newest first",
		Args:  noArgs,
		RunE:  a.run(func(cmd *cobra.Command, _ []string) error { return a.listRuns(cmd.Context(), asJSON) }),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

// runDoc is one run in a list, as JSON.
type runDoc struct {
	Version   int       `json:"version"`
	Run       string    `json:"run"`
	Title     string    `json:"title,omitempty"`
	Mode      string    `json:"mode,omitempty"`
	DryRun    bool      `json:"dry_run,omitempty"`
	Started   time.Time `json:"started,omitzero"`
	Changed   time.Time `json:"changed,omitzero"` // when its last entry was written
	Ending    string    `json:"ending"`           // "" where the journal does not say that it ended
	Open      bool      `json:"open,omitempty"`   // all is over but what is kept being tried
	Resumable bool      `json:"resumable,omitempty"`
	Overtaken string    `json:"overtaken,omitempty"` // the newer run whose promotion has put an end to it
	Entries   int       `json:"entries"`
	Taints    []string  `json:"taints,omitempty"`
	Error     string    `json:"error,omitempty"` // why its journal could not be read to its end
}

func runDocOf(k runbook.Kept, promoter string) runDoc {
	v := k.View
	d := runDoc{
		Version: eventVersion, Run: k.Run, Title: v.Plan.Title, Mode: string(v.Mode), DryRun: v.Plan.DryRun, Started: v.Started, Changed: v.Changed,
		Ending: string(v.Ending), Open: v.Open, Resumable: !v.Ending.Closed() && k.Err == nil, Entries: k.Report.Entries, Taints: v.Taints(),
	}
	if k.Err != nil {
		d.Error = k.Err.Error()
	}
	if d.Resumable && dr.Overtaken(v, promoter) {
		d.Resumable, d.Overtaken = false, promoter
	}
	return d
}

func (a *app) listRuns(ctx context.Context, asJSON bool) error {
	_, s, err := a.estate(ctx)
	if err != nil {
		return err
	}
	kept, err := runbook.Journals(ctx, s.Archive, 0)
	if err != nil {
		return &failure{exitNoTell, err}
	}
	if len(kept) == 0 && !asJSON {
		fmt.Fprintf(a.out, "no run is kept in %s\n", s.Where)
	}
	out := json.NewEncoder(a.out)
	out.SetEscapeHTML(false)
	promoter := dr.Promoter(viewsOf(kept))
	for _, k := range kept {
		d := runDocOf(k, promoter)
		if !asJSON {
			fmt.Fprintln(a.out, ui.Clean(d.line()))
		} else if err := out.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

func viewsOf(kept []runbook.Kept) []runbook.View {
	var out []runbook.View
	for _, k := range kept {
		out = append(out, k.View)
	}
	return out
}

func (d runDoc) line() string {
	words := d.Ending
	switch {
	case d.Error != "":
		words = "BROKEN: " + d.Error
	case d.Overtaken != "":
		words = cmp.Or(d.Ending, "its process is gone") + ", overtaken by " + d.Overtaken
	case d.Ending == "" && d.Open:
		words = "open: it goes on with what is not done yet"
	case d.Ending == "":
		words = "under way, or its process is gone: lifeboat resume takes it up"
	case d.Resumable:
		words += ": lifeboat resume goes on"
	}
	if d.DryRun {
		words += ", dry run"
	}
	for _, t := range d.Taints {
		words += ", without: " + t
	}
	return fmt.Sprintf("%-34s  %s  %-9s  %s", d.Run, d.Title, d.Mode, words)
}

func (a *app) historyShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show [RUN]",
		Short: "Print what a run's journal tells; without RUN, the newest one's",
		Args:  atMostOneRun,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			return a.showRun(cmd.Context(), args, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the events that the run printed, one JSON object a line")
	return cmd
}

func (a *app) showRun(ctx context.Context, args []string, asJSON bool) error {
	c, s, err := a.estate(ctx)
	if err != nil {
		return err
	}
	run, err := keptRun(ctx, s, args)
	if err != nil {
		return err
	}
	store, err := s.Archive.Store(run)
	if err != nil {
		return err
	}
	entries, broken := runbook.Entries(ctx, store)
	p := newPrinter(a.out, asJSON, run, c.Simulated != nil)
	for _, e := range entries {
		p.happened([]runbook.Event{{N: e.Seq, At: e.At, Entry: &e, Step: e.Step, Text: e.Text}})
	}
	if v := runbook.Replay(entries); v.Ending != runbook.Running {
		p.print(p.end(v.Changed, endDoc{Ending: string(v.Ending), Resumable: !v.Ending.Closed(), Taints: v.Taints()}, v.Note))
	}
	return broken
}

// keptRun is the run that is meant: the one named, or the newest.
func keptRun(ctx context.Context, s *dr.State, args []string) (string, error) {
	if len(args) == 1 {
		return namedRun(ctx, s, args[0])
	}
	runs, err := s.Archive.Runs(ctx)
	if err != nil {
		return "", err
	}
	if len(runs) == 0 {
		return "", &failure{exitRefused, fmt.Errorf("no run is kept in %s", s.Where)}
	}
	return runs[len(runs)-1], nil
}

func (a *app) historyPaper() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "paper [RUN]",
		Short: "Print what is left of a run as commands with its values; without RUN, of the newest that is not over",
		Args:  atMostOneRun,
		RunE: a.run(func(cmd *cobra.Command, args []string) error {
			return a.paperOf(cmd.Context(), args, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

func (a *app) paperOf(ctx context.Context, args []string, asJSON bool) error {
	if err := a.mayChange("history paper"); err != nil {
		return err
	}
	c, s, err := a.estate(ctx)
	if err != nil {
		return err
	}
	run, err := theRun(ctx, s, args)
	if err != nil {
		return err
	}
	r, err := dr.OpenRunner(ctx, c, dr.RunnerOptions{Code: noCode})
	if err != nil {
		return err
	}
	defer r.Close()
	sheets, err := r.PaperOf(ctx, run)
	if err != nil {
		return err
	}
	p := newPrinter(a.out, asJSON, run, c.Simulated != nil)
	for _, s := range sheets {
		p.print(p.sheet(time.Now(), s))
	}
	return p.err
}
