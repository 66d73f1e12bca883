package dr

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/aws"
	"lifeboat/dr/pg"
)

// prove looks whether no task of a writer is left and nobody but Lifeboat is connected to the old writer: by SQL at once, else over
// two periods of CloudWatch. Without a proof the words say what is left; an error is a look that could not be made.
// have is a receipt that was not void so far; nil: there is none.
func (f *fence) prove(ctx context.Context, have *Receipt) (*Receipt, string, error) {
	left, err := f.tasks(ctx)
	if err != nil {
		return nil, "", err
	}
	if len(left) > 0 {
		f.since(time.Time{})
		return nil, commas(left) + " left", nil
	}
	zero := f.since(f.provenSince(have))
	if reader := f.sql[f.p.from]; reader != nil {
		if r, err := reader.Read(ctx); err == nil && r.ConnectionsErr == nil {
			return f.bySQL(r)
		}
	}
	return f.byMetric(ctx, zero, have)
}

// provenSince is the moment from which on a receipt has shown no task; now where there is none.
func (f *fence) provenSince(have *Receipt) time.Time {
	switch {
	case have == nil:
		return f.now()
	case have.By == byCloudWatch:
		return have.At.Add(-fencePeriods * f.c.Refresh.Metrics.D())
	}
	return have.At
}

// byCloudWatch is how a receipt was made without a connection to the database.
const byCloudWatch = "cloudwatch"

// since keeps the moment from which no task was seen; the zero time forgets it.
func (f *fence) since(t time.Time) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.IsZero() || f.zero.IsZero() {
		f.zero = t
	}
	return f.zero
}

// tasks counts what is left of each writer, in words.
func (f *fence) tasks(ctx context.Context) ([]string, error) {
	writers := f.p.writers()
	counts := make([]int, len(writers))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, s := range writers {
		g.Go(func() (err error) {
			if counts[i], err = f.leaving().Tasks(ctx, s.From.Cluster, s.From.ECS); missing(err) {
				err = nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var left []string
	for i, n := range counts {
		if n > 0 {
			left = append(left, several(n, writers[i].Name+" task"))
		}
	}
	return left, nil
}

func (f *fence) bySQL(r pg.Reading) (*Receipt, string, error) {
	if n, who := Strangers(r); n > 0 {
		return nil, several(n, "connection") + " to " + f.p.source + " left: " + who, nil
	}
	// The database's own clock: datapoints are held against it, which AWS stamps.
	return &Receipt{At: r.ServerTime.Add(r.Took), By: "sql", Text: "no task, and no connection but Lifeboat's"}, "", nil
}

// byMetric wants the newest periods that are over, all of them begun after the last task was gone, to be without a connection.
func (f *fence) byMetric(ctx context.Context, zero time.Time, have *Receipt) (*Receipt, string, error) {
	period := f.c.Refresh.Metrics.D()
	series, err := f.leaving().Metric(ctx, "DatabaseConnections", f.p.source, zero)
	if err != nil {
		return nil, "", err
	}
	var over aws.Series // a point is stamped with the beginning of its period, and that of the newest one may be half a period's
	for _, p := range series {
		if !p.At.Before(zero) && !p.At.Add(period).After(f.now()) {
			over = append(over, p)
		}
	}
	last, ok := series.Last()
	switch {
	case ok && last.Value > 0 && !last.At.Before(zero):
		return nil, several(int(last.Value), "connection") + " to " + f.p.source + " left, by CloudWatch", nil
	case have != nil && busy(series, have.At):
		return nil, "somebody was connected to " + f.p.source + " since, by CloudWatch", nil
	case quietPeriods(over) < fencePeriods:
		return nil, "", nil // nothing speaks against it; it is only not proven yet
	}
	last, _ = over.Last()
	return &Receipt{At: last.At.Add(period), By: byCloudWatch, Text: fmt.Sprintf("no task, and no connection over %d periods of %s", fencePeriods, span(period))}, "", nil
}

// busy says whether a point since then shows a connection.
func busy(s aws.Series, since time.Time) bool {
	return slices.ContainsFunc(s, func(p aws.Point) bool { return !p.At.Before(since) && p.Value > 0 })
}

// quietPeriods counts the newest points without a connection.
func quietPeriods(s aws.Series) int {
	n := 0
	for i := len(s) - 1; i >= 0 && s[i].Value == 0; i-- {
		n++
	}
	return n
}
