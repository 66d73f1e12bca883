package aws

import (
	"context"

	"lifeboat/aws/fault"
)

func (l *look) clusterNames(ctx context.Context) ([]ClusterSpec, error) {
	n := l.known(ctx)
	return n.clusters.list, n.clusters.err
}

func (l *look) balancerNames(ctx context.Context) ([]string, error) {
	n := l.known(ctx)
	return n.balancers.list, n.balancers.err
}

func (l *look) databaseNames(ctx context.Context) ([]string, error) {
	n := l.known(ctx)
	return n.databases.list, n.databases.err
}

func (l *look) repositoryNames(ctx context.Context) ([]string, error) {
	n := l.known(ctx)
	return n.repositories.list, n.repositories.err
}

func (l *look) secretNames(ctx context.Context) ([]string, error) {
	n := l.known(ctx)
	return n.secrets.list, n.secrets.err
}

// nowhere are the names of someone who could not look.
func nowhere(err error) *names {
	none := found[string]{err: err}
	return &names{clusters: found[ClusterSpec]{err: err}, balancers: none, databases: none, repositories: none, secrets: none}
}

// orOld takes from old the kinds that could not be looked for this time.
func (n *names) orOld(old *names) *names {
	if old == nil {
		return n
	}
	n.clusters = n.clusters.or(old.clusters)
	n.balancers = n.balancers.or(old.balancers)
	n.databases = n.databases.or(old.databases)
	n.repositories = n.repositories.or(old.repositories)
	n.secrets = n.secrets.or(old.secrets)
	return n
}

func (f found[T]) or(old found[T]) found[T] {
	if f.err == nil || old.err != nil {
		return f
	}
	return old
}

// usable says whether a fast refresh can go by these names: what it reads was found, or is not to be looked for.
func (n *names) usable() bool {
	if n == nil {
		return false
	}
	for _, err := range []error{n.clusters.err, n.balancers.err, n.databases.err} {
		if err != nil && fault.KindOf(err) != fault.NotConfigured {
			return false
		}
	}
	return true
}
