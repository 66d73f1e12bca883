package aws

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
)

const (
	keptForm   = "20060102-150405"
	identifier = 63 // characters at most
)

var keptName = regexp.MustCompile(`^(.+)-kept-([0-9]{8}-[0-9]{6})$`)

// KeptName is the identifier under which an instance is kept that another takes the place of, and that of its snapshot: it says when.
func KeptName(id string, at time.Time) string {
	end := "-kept-" + at.UTC().Format(keptForm)
	for len(id)+len(end) > identifier || id[len(id)-1] == '-' {
		id = id[:len(id)-1]
	}
	return id + end
}

// KeptOf is what an instance of that identifier was called before it was kept (or how that began, where it was too long), and since
// when it is kept; false where it is none.
func KeptOf(id string) (name string, since time.Time, ok bool) {
	m := keptName.FindStringSubmatch(id)
	if m == nil {
		return "", time.Time{}, false
	}
	since, err := time.Parse(keptForm, m[2])
	return m[1], since, err == nil
}

// kept reads the instances of the estate that are kept under another name, oldest first. They may be in no list of names: they are made
// of a name of the estate.
func (l *look) kept(ctx context.Context) ([]Database, error) {
	if len(l.spec.Databases) == 0 && l.spec.Discover == (Discover{}) {
		return nil, nil
	}
	list, err := pages(ctx, l, describeInstances, "", rds.NewDescribeDBInstancesPaginator(l.api.rds, &rds.DescribeDBInstancesInput{}))
	if err != nil {
		return nil, err
	}
	var out []Database
	for _, page := range list {
		for _, d := range page.DBInstances {
			if db := databaseOf(d); l.keeps(db) {
				out = append(out, db)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Database) int {
		_, x, _ := KeptOf(a.ID)
		_, y, _ := KeptOf(b.ID)
		return x.Compare(y)
	})
	return out, nil
}

// keeps says whether an instance is one of the estate's that is kept: by the names that Spec gives, else by what Discover looks for.
func (l *look) keeps(db Database) bool {
	_, since, ok := KeptOf(db.ID)
	if !ok || len(l.spec.Databases) > 0 {
		return ok && slices.ContainsFunc(l.spec.Databases, func(id string) bool { return KeptName(id, since) == db.ID })
	}
	d := l.spec.Discover
	return strings.HasPrefix(db.ID, d.Prefix) && (d.TagKey == "" || db.Tags[d.TagKey] == d.TagValue)
}
