package edge

import (
	"slices"
	"strings"
	"testing"
)

func TestBehavioursWithASingleOriginGetTheOtherRegions(t *testing.T) {
	const east, west = "us-east-1", "us-west-2"
	both := []string{"primary " + eastern + " " + east, "standby " + western + " " + west}
	for name, c := range map[string]struct {
		d    Distribution
		to   string
		want string
	}{
		"the API is changed, the pages are bridged": {fetching([]string{"/api/* primary", "* pages"}, both...), west, "/api/* primary standby"},
		"and back":                                   {fetching([]string{"/api/* standby", "* pages"}, both...), east, "/api/* standby primary"},
		"it is there already":                        {fetching([]string{"/api/* standby", "* pages"}, both...), west, ""},
		"the default behaviour too":                  {fetching([]string{"/api/* primary", "* primary"}, both...), west, "/api/* primary standby, * primary standby"},
		"a bucket leads to no region":                {fetching([]string{"/static/* bucket", "/api/* primary"}, append(both, "bucket assets.s3.amazonaws.com")...), west, "/api/* primary standby"},
		"a target that is not there":                 {fetching([]string{"/api/* nothing"}, both...), west, ""},
		"nothing leads there":                        {fetching([]string{"/api/* primary"}, both[:1]...), west, ""},
		"a name of the zone that leads to it by now": {fetching([]string{"/api/* origin", "* pages"}, "origin origin.shop.example "+west, both[1]), west, ""},
		"no distribution":                            {Distribution{}, west, ""},
	} {
		var got []string
		for _, change := range PlanOrigins(c.d, c.to) {
			if change.Distribution != "E1" {
				t.Errorf("%s: %+v", name, change)
			}
			got = append(got, strings.Join([]string{change.Path, change.From, change.To}, " "))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}

func TestAnOriginIsReplacedByTheOneThatItsGroupNames(t *testing.T) {
	d := fetching([]string{"/api/* primary"}, "primary "+eastern+" us-east-1", "other else-3.us-west-2.elb.amazonaws.com us-west-2", "standby "+western+" us-west-2")
	d.Groups[0].Members = []string{"primary", "standby"}
	want := []OriginChange{{Distribution: "E1", Path: "/api/*", From: "primary", To: "standby"}}
	changes := PlanOrigins(d, "us-west-2")
	if !slices.Equal(changes, want) {
		t.Errorf("%+v", changes)
	}
	back := ReversedOrigins(changes)
	if back[0].From != "standby" || back[0].To != "primary" || changes[0].From != "primary" {
		t.Errorf("reversed %+v, and the changes are %+v", back, changes)
	}
}

func TestADistributionSaysWhichChangesHoldAndWhichSomebodyElseMade(t *testing.T) {
	d := fetching([]string{"/api/* standby", "/old/* primary", "/new/* else", "* pages"})
	change := func(path string) OriginChange { return OriginChange{Path: path, From: "primary", To: "standby"} }
	done, foreign := d.Switched([]OriginChange{change("/api/*"), change("/old/*"), change("/new/*"), change("/gone/*")})
	if done != 1 || !slices.Equal(foreign, []string{"/new/*", "/gone/*"}) {
		t.Errorf("%d done, foreign %v", done, foreign)
	}
}
