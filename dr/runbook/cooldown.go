package runbook

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// coolDown refuses a run that follows too soon on one that changed something: users sent to and fro lose more than
// either region. A journal that cannot be read counts as such a run, since it may be one.
func coolDown(ctx context.Context, o Options) error {
	if o.Archive == nil || o.DryRun || overridden(o.Overrides, PhraseCoolDown) == nil {
		return nil
	}
	ended, run, err := LastChange(ctx, o.Archive, o.Run, o.Calm...)
	if err != nil {
		return refused("it cannot be told whether a run ended a moment ago (type %q with a reason to start nevertheless): %w", PhraseCoolDown, err)
	}
	if free := ended.Add(o.Timing.CoolDown); run != "" && time.Now().Before(free) {
		return refused("run %s changed things until %s; wait until %s, or type %q with a reason",
			run, ended.UTC().Format("15:04:05 UTC"), free.UTC().Format("15:04:05 UTC"), PhraseCoolDown)
	}
	return nil
}

// LastChange finds the newest run, other than one and those of the calm procedures, that made a change, and when its last entry was
// written; "" where there is none.
func LastChange(ctx context.Context, a Archive, but string, calm ...string) (time.Time, string, error) {
	runs, err := a.Runs(ctx)
	if err != nil {
		return time.Time{}, "", err
	}
	for _, run := range slices.Backward(runs) {
		if run == but {
			continue
		}
		s, err := a.Store(run)
		if err != nil {
			return time.Time{}, "", err
		}
		entries, err := Entries(ctx, s)
		if err != nil {
			return time.Time{}, "", fmt.Errorf("run %s: %w", run, err)
		}
		if len(entries) > 0 && entries[0].Plan != nil && slices.Contains(calm, entries[0].Plan.Name) {
			continue
		}
		if slices.ContainsFunc(entries, func(e Entry) bool { return e.Kind == EntryIntent }) {
			return entries[len(entries)-1].At, run, nil
		}
	}
	return time.Time{}, "", nil
}
