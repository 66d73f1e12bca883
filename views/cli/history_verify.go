package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
	"lifeboat/ui"
)

func (a *app) historyVerify() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [RUN]",
		Short: "Hold every entry of a journal against its hash and the one before it; without RUN, of all journals",
		Long: "Verify reads whole journals and finds what was altered, cut inside, moved or left out, and names the entry. Entries cut off at the " +
			"end cannot be told from a process that died: a journal whose end is missing while nobody executes its run is reported.\n\n" +
			"Exit code: 0 all are what was written, 1 one is not or its end is missing, 2 one could not be read.",
		Args: atMostOneRun,
		RunE: a.run(func(cmd *cobra.Command, args []string) error { return a.verify(cmd.Context(), args, asJSON) }),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

// verifyDoc is what verify found of one journal, as JSON.
type verifyDoc struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	Entries int    `json:"entries"`               // that are what was written, from the first one on
	Head    string `json:"head"`                  // the hash of the last of them
	Closed  bool   `json:"closed"`                // the last of them closes the run
	Torn    bool   `json:"torn,omitempty"`        // a crash cut the last one off in the middle: resume takes that away
	Endless bool   `json:"end_missing,omitempty"` // it neither closes nor stops the run, and nobody executes that
	Broken  int64  `json:"broken_at,omitempty"`
	Error   string `json:"error,omitempty"`
}

func (a *app) verify(ctx context.Context, args []string, asJSON bool) error {
	_, s, err := a.estate(ctx)
	if err != nil {
		return err
	}
	kept, err := runbook.Journals(ctx, s.Archive, 0)
	if err != nil {
		return &failure{exitNoTell, err}
	}
	if len(args) == 1 {
		run, err := namedRun(ctx, s, args[0])
		if err != nil {
			return err
		}
		kept = only(kept, run)
	}
	out := json.NewEncoder(a.out)
	for _, k := range kept {
		d, code := verified(k, a.executed(ctx, s, k.Run))
		a.code = worst(a.code, code)
		if !asJSON {
			fmt.Fprintln(a.out, ui.Clean(d.line()))
		} else if err := out.Encode(d); err != nil {
			return err
		}
	}
	if len(kept) == 0 && !asJSON {
		fmt.Fprintf(a.out, "no run is kept in %s\n", s.Where)
	}
	return nil
}

func only(kept []runbook.Kept, run string) []runbook.Kept {
	for _, k := range kept {
		if k.Run == run {
			return []runbook.Kept{k}
		}
	}
	return nil
}

// executed says whether a run is executed: by a process of this machine, or by whoever holds the lease with it.
func (a *app) executed(ctx context.Context, s *dr.State, run string) bool {
	if l, err := attach(ctx, s, run); err == nil {
		l.Close()
		return true
	} else if !errors.Is(err, errNoProcess) {
		return true
	}
	g, held, err := s.Lease().Held(ctx)
	return err != nil || held && g.Run == run && !g.Expired
}

// worst is the exit code of two: one that is broken says more than one that could not be read.
func worst(a, b int) int {
	if a == exitFailed || b == exitFailed {
		return exitFailed
	}
	return max(a, b)
}

func verified(k runbook.Kept, executed bool) (verifyDoc, int) {
	d := verifyDoc{Version: eventVersion, Run: k.Run, Entries: k.Report.Entries, Head: k.Report.Head, Closed: k.Report.Closed, Torn: k.Report.Torn}
	var broken *runbook.Break
	switch {
	case errors.As(k.Err, &broken):
		d.Broken, d.Error = broken.Seq, broken.What
		return d, exitFailed
	case k.Err != nil:
		d.Error = k.Err.Error()
		return d, exitNoTell
	case d.Entries == 0:
		d.Error = "there is no entry"
		return d, exitFailed
	case k.View.Ending == runbook.Running && !executed:
		d.Endless = true
		return d, exitFailed
	}
	return d, 0
}

func (d verifyDoc) line() string {
	switch {
	case d.Broken > 0:
		return fmt.Sprintf("%s  BROKEN at entry %d: %s; the %d before it are what was written", d.Run, d.Broken, d.Error, d.Entries)
	case d.Error != "":
		return fmt.Sprintf("%s  could not be verified: %s", d.Run, d.Error)
	}
	line := fmt.Sprintf("%s  ok, entries %d, head %s", d.Run, d.Entries, d.Head[:16])
	switch {
	case d.Endless:
		line += ", END MISSING: nobody executes the run; its process died, or the journal was cut off"
	case !d.Closed:
		line += ", not closed: the run goes on, or was stopped"
	}
	if d.Torn {
		line += ", its last entry is torn: a crash cut it off in the middle, and resume takes it away"
	}
	return line
}
