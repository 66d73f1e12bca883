package aws

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"lifeboat/aws/fault"
)

// names are what a Reader looks for. Each kind is found alone, and has its own reason why it could not be.
type names struct {
	clusters                                    found[ClusterSpec]
	balancers, databases, repositories, secrets found[string]
}

type found[T any] struct {
	list []T
	err  error
}

// finder lists what exists of each kind, by name.
type finder interface {
	clusters(context.Context) ([]string, error)
	services(ctx context.Context, cluster string) ([]string, error)
	balancers(context.Context) ([]string, error)
	databases(context.Context) ([]string, error)
	repositories(context.Context) ([]string, error)
	secrets(context.Context) ([]string, error)
}

// nameMemory keeps what was found. While somebody looks again the others go by what there is.
type nameMemory struct {
	looking *semaphore.Weighted // 1
	names   atomic.Pointer[names]
}

// known gives the names, which are looked for at the first refresh and by each slow one.
func (l *look) known(ctx context.Context) *names {
	n := l.names.names.Load()
	if n.usable() {
		return n
	}
	return l.find(ctx, n)
}

func (l *look) rediscover(ctx context.Context) {
	if l.spec.Discover != (Discover{}) {
		l.find(ctx, l.names.names.Load())
	}
}

// find looks for the names anew, unless somebody else has while it waited. A kind that cannot be looked for now keeps
// the names that it had.
func (l *look) find(ctx context.Context, old *names) *names {
	if err := l.names.looking.Acquire(ctx, 1); err != nil {
		return nowhere(FromError("discover", l.spec.Region, err))
	}
	defer l.names.looking.Release(1)
	if n := l.names.names.Load(); n != old {
		return n
	}
	n := l.search(ctx).orOld(old)
	l.names.names.Store(n)
	return n
}

// search finds each kind that Spec does not name.
func (l *look) search(ctx context.Context) *names {
	f, n := l.finder(ctx), &names{}
	together(
		func() { n.clusters = l.findClusters(ctx, f) },
		func() { n.balancers = l.findKind(ctx, l.spec.Balancers, f.balancers) },
		func() { n.databases = l.findKind(ctx, l.spec.Databases, f.databases) },
		func() { n.repositories = l.findKind(ctx, l.spec.Repositories, f.repositories) },
		func() { n.secrets = l.findKind(ctx, l.spec.Secrets, f.secrets) },
	)
	return n
}

func (l *look) finder(ctx context.Context) finder {
	if l.spec.Discover.TagKey != "" {
		return newByTag(ctx, l)
	}
	return byListing{l}
}

// findKind gives the names of one kind: those that Spec gives, else those that are found and begin with the prefix.
func (l *look) findKind(ctx context.Context, given []string, list func(context.Context) ([]string, error)) found[string] {
	switch {
	case len(given) > 0:
		return found[string]{list: given}
	case l.spec.Discover == (Discover{}):
		return found[string]{err: fault.New(fault.NotConfigured, "discover", l.spec.Region, nil)}
	}
	all, err := list(ctx)
	if err != nil {
		return found[string]{err: err}
	}
	all = slices.DeleteFunc(all, func(name string) bool {
		_, _, kept := KeptOf(name) // it was the estate's once
		return kept || !strings.HasPrefix(name, l.spec.Discover.Prefix)
	})
	slices.Sort(all)
	return found[string]{list: slices.Compact(all)}
}

// findClusters gives the clusters and, where Spec does not name a cluster's services, those that are found in it.
func (l *look) findClusters(ctx context.Context, f finder) found[ClusterSpec] {
	clusters := slices.Clone(l.spec.Clusters)
	if len(clusters) == 0 {
		names := l.findKind(ctx, nil, f.clusters)
		if names.err != nil {
			return found[ClusterSpec]{err: names.err}
		}
		for _, name := range names.list {
			clusters = append(clusters, ClusterSpec{Name: name})
		}
	}
	err := each(len(clusters), func(i int) error {
		services := l.findKind(ctx, clusters[i].Services, func(ctx context.Context) ([]string, error) { return f.services(ctx, clusters[i].Name) })
		clusters[i].Services = services.list
		return services.err
	})
	return found[ClusterSpec]{list: clusters, err: err}
}
