package aws_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// found is a spec that names nothing.
func (p *place) found(region string, by aws.Discover) aws.Spec {
	return aws.Spec{Region: region, Endpoint: "http://aws.test", Dial: p.dial, Discover: by}
}

func TestTheEstateIsFoundByTagAndByPrefix(t *testing.T) {
	for _, by := range []aws.Discover{
		{TagKey: "Project", TagValue: "davidshaevel"},
		{Prefix: "d"}, // the clusters are called dev-cluster and dr-cluster
		{TagKey: "Project", TagValue: "davidshaevel", Prefix: "d"},
	} {
		p := still(t, 4)
		for _, region := range []string{east, west} {
			named, found := reader(t, at(p.spec(region))), reader(t, at(p.found(region, by)))
			a, b := named.Fast(t.Context(), aws.Fast{}), found.Fast(t.Context(), aws.Fast{})
			c, d := named.Slow(t.Context(), aws.Slow{}), found.Slow(t.Context(), aws.Slow{})
			byName := func(s []aws.Service) []aws.Service {
				slices.SortFunc(s, func(a, b aws.Service) int { return strings.Compare(a.Name, b.Name) })
				return s
			}
			want(t, "services", byName(b.Services.Value), byName(a.Services.Value))
			want(t, "balancers", b.Balancers.Value, a.Balancers.Value)
			want(t, "targets", b.Targets, a.Targets)
			want(t, "databases", b.Databases.Value, a.Databases.Value)
			want(t, "number of images", len(d.Images.Value), len(c.Images.Value))
			want(t, "secrets", d.Secrets.Value, c.Secrets.Value)
			want(t, "certificates", d.Certificates.Value, c.Certificates.Value)
			if region == west { // where the replica's source tells whose copies to look for
				want(t, "snapshots", d.Snapshots.Value, c.Snapshots.Value)
				want(t, "backups", d.Backups.Value, c.Backups.Value)
			}
		}
	}
}

func TestOnlyWhatCarriesTheTagOrThePrefixIsFound(t *testing.T) {
	for _, by := range []aws.Discover{{TagKey: "Project", TagValue: "other"}, {Prefix: "other"}} {
		p := still(t, 4)
		r := reader(t, at(p.found(east, by)))
		f, s := r.Fast(t.Context(), aws.Fast{}), r.Slow(t.Context(), aws.Slow{})
		wantNoErrors(t, errorsOf(f))
		wantNoErrors(t, errorsOfSlow(s))
		if len(f.Services.Value)+len(f.Balancers.Value)+len(f.Databases.Value)+len(f.Targets)+len(s.Images.Value)+len(s.Secrets.Value) > 0 {
			t.Errorf("by %+v was found: %+v", by, f)
		}
	}
}

func TestWhatIsNamedIsNotLookedFor(t *testing.T) {
	p := still(t, 4)
	s := at(p.spec(east))
	s.Discover = aws.Discover{Prefix: "d"}
	s.Databases = nil
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	wantNoErrors(t, errorsOf(f))
	for _, op := range p.take() {
		if strings.HasPrefix(op, "ecs:ListClusters") || strings.HasPrefix(op, "ecs:ListServices") || strings.HasPrefix(op, "ecr:") {
			t.Errorf("%s was called", op)
		}
	}
	want(t, "number of databases", len(f.Databases.Value), 1)
}

func TestTheEstateIsFoundOnceAndAgainByTheSlowClock(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.found(east, aws.Discover{TagKey: "Project", TagValue: "davidshaevel"}))
		f := r.Fast(t.Context(), aws.Fast{})
		p.take()
		p.Locked(func(w *cloud.World) {
			region := w.Region(east)
			made := *region.Databases[0]
			made.ID, made.ARN = "made-later", strings.Replace(made.ARN, made.ID, "made-later", 1)
			region.Databases = append(region.Databases, &made)
		})
		time.Sleep(15 * time.Second)
		f = r.Fast(t.Context(), f)
		if slices.Contains(p.take(), "tagging:GetResources") || len(f.Databases.Value) != 1 {
			t.Errorf("a fast refresh looks for the estate again: %d databases", len(f.Databases.Value))
		}
		r.Slow(t.Context(), aws.Slow{})
		f = r.Fast(t.Context(), f)
		want(t, "number of databases", len(f.Databases.Value), 2)
	})
}

func TestAnEstateThatCannotBeLookedForIsNotAbsent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		if err := p.Do("break-call", "tagging", "GetResources"); err != nil {
			t.Fatal(err)
		}
		r := reader(t, p.found(east, aws.Discover{TagKey: "Project", TagValue: "davidshaevel"}))
		f := r.Fast(t.Context(), aws.Fast{})
		for _, part := range []string{"services", "scaling", "balancers", "databases", "metrics"} {
			wantKind(t, part, errorsOf(f)[part], fault.Denied)
		}
		if err := p.Do("restore"); err != nil {
			t.Fatal(err)
		}
		f = r.Fast(t.Context(), f)
		wantNoErrors(t, errorsOf(f))
		if err := p.Do("break-call", "tagging", "GetResources"); err != nil {
			t.Fatal(err)
		}
		r.Slow(t.Context(), aws.Slow{})
		f = r.Fast(t.Context(), f)
		wantNoErrors(t, errorsOf(f)) // goes by what was found before
		want(t, "number of services", len(f.Services.Value), 4)
	})
}

func TestOneKindThatCannotBeListedSpoilsNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		if err := p.Do("break-call", "ecs", "ListServices"); err != nil {
			t.Fatal(err)
		}
		f := reader(t, p.found(east, aws.Discover{Prefix: "d"})).Fast(t.Context(), aws.Fast{})
		errs := errorsOf(f)
		wantKind(t, "services", errs["services"], fault.Denied)
		wantKind(t, "scaling", errs["scaling"], fault.Denied)
		delete(errs, "services")
		delete(errs, "scaling")
		wantNoErrors(t, errs)
	})
}
