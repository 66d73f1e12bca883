package dr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// crew is what the steps of a run act through: the plan that was pinned, a changer for each region and for the edge, and a way to
// ask both databases. It is made anew by every process that takes the run up.
type crew struct {
	p     *planned
	c     *config.Config
	now   func() time.Time
	there map[string]*aws.Changer // by region
	by    *aws.Operator           // nil: changes are made as reading is
	edge  *edge.Changer
	sql   map[string]sqlReader // by region: the plan's instance there; absent where no connection is configured
	watch *Watch
	state *State
	run   string
	fence *fence
	// build runs Terraform's part of the procedure; nil where there is none of it, and unbuilt says why.
	build   *builder
	unbuilt string
}

func (w *crew) leaving() *aws.Changer  { return w.there[w.p.from] }
func (w *crew) arriving() *aws.Changer { return w.there[w.p.to] }

// atOnce is how many services are asked for or changed side by side.
const atOnce = 8

// each does f for every service side by side. The first error counts, and what has begun is finished.
func each[S any](ctx context.Context, services []S, f func(ctx context.Context, s S) error) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, s := range services {
		g.Go(func() error { return f(ctx, s) })
	}
	return g.Wait()
}

// states reads services as ECS has them in one region, by the estate's name.
func states(ctx context.Context, c *aws.Changer, services []PinnedService, at func(PinnedService) PinnedPlace) (map[string]aws.ServiceState, error) {
	clusters := map[string][]string{}
	own := map[[2]string]string{}
	for _, s := range services {
		p := at(s)
		clusters[p.Cluster] = append(clusters[p.Cluster], p.ECS)
		own[[2]string{p.Cluster, p.ECS}] = s.Name
	}
	out := map[string]aws.ServiceState{}
	for cluster, names := range clusters {
		list, err := c.Services(ctx, cluster, names)
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			out[own[[2]string{cluster, v.Name}]] = v
		}
	}
	return out, nil
}

// floors reads the scaling targets of services in one region, by the estate's name.
func floors(ctx context.Context, c *aws.Changer, services []PinnedService, at func(PinnedService) PinnedPlace) (map[string]Capacity, error) {
	clusters := map[string][]string{}
	own := map[[2]string]string{}
	for _, s := range services {
		if p := at(s); p.there() {
			clusters[p.Cluster] = append(clusters[p.Cluster], p.ECS)
			own[[2]string{p.Cluster, p.ECS}] = s.Name
		}
	}
	out := map[string]Capacity{}
	for cluster, names := range clusters {
		list, err := c.Scaling(ctx, cluster, names)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			out[own[[2]string{t.Cluster, t.Service}]] = Capacity{Min: t.Min, Max: t.Max}
		}
	}
	return out, nil
}

func atFrom(s PinnedService) PinnedPlace { return s.From }
func atTo(s PinnedService) PinnedPlace   { return s.To }

// allSo is a look at several things: so, in these words, when none is left; else what is left. Beside an error it counts for nothing.
func allSo(left []string, so, not string) runbook.Seen {
	if len(left) == 0 {
		return runbook.Seen{So: true, Text: so}
	}
	return runbook.Seen{Text: not + commas(left)}
}

// commas is a few words about several services, in the plan's order: "backend 1/2, frontend 0/2".
func commas(words []string) string { return strings.Join(words, ", ") }

// writerOfRecord is the region that the newest promotion of the estate's journals made the writer, and that run; the primary as
// built, and "", where there never was one.
func writerOfRecord(ctx context.Context, c *config.Config, a runbook.Archive) (region, run string, err error) {
	region, run, err = promotedAfter(ctx, a, "")
	if err == nil && run == "" {
		region = c.Regions.Primary.Name
	}
	return region, run, err
}

// promotedAfter is the newest of the runs that began after a run and promoted, and the region that it made the writer; "" where none
// did. Ids of runs sort by time, so the journals of that run and of those before it are not read.
func promotedAfter(ctx context.Context, a runbook.Archive, after string) (region, run string, err error) {
	runs, err := a.Runs(ctx)
	if err != nil {
		return "", "", err
	}
	for _, id := range slices.Backward(runs) {
		if id <= after {
			break
		}
		s, err := a.Store(id)
		if err != nil {
			return "", "", err
		}
		entries, err := runbook.Entries(ctx, s)
		if err != nil {
			return "", "", fmt.Errorf("run %s: %w", id, err)
		}
		if v := runbook.Replay(entries); promoted(v) {
			return v.Plan.To, id, nil
		}
	}
	return "", "", nil
}

// missing says whether an error is the cloud's word that there is no such thing.
func missing(err error) bool { return fault.KindOf(err) == fault.NotFound }
