package edge

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	eastern = "shop-alb-1.us-east-1.elb.amazonaws.com"
	western = "shop-alb-dr-2.us-west-2.elb.amazonaws.com"
	cdnName = "d1.cloudfront.net"
)

// lines are records written as "NAME TYPE CONTENT", each read as the zone of all of them is.
func lines(t *testing.T, list ...string) []Record {
	t.Helper()
	var all []Record
	for _, line := range list {
		words := strings.Fields(line)
		all = append(all, Record{ID: "id-" + words[0], Name: words[0], Type: words[1], Content: words[2], TTL: time.Minute})
	}
	r := reader(t, Spec{Regions: []string{"us-east-1", "us-west-2"}})
	return r.estate(all, r.signposts(all), "")
}

// fetching is a distribution whose behaviours are written as "PATH ORIGIN" or "PATH GROUP", and whose origins as
// "ID DOMAIN REGION".
func fetching(behaviours []string, origins ...string) Distribution {
	d := Distribution{ID: "E1", Domain: cdnName, Groups: []OriginGroup{{ID: "pages"}}}
	for _, line := range origins {
		words := append(strings.Fields(line), "")
		d.Origins = append(d.Origins, Origin{ID: words[0], Domain: words[1], Region: words[2]})
		d.Groups[0].Members = append(d.Groups[0].Members, words[0])
	}
	for _, line := range behaviours {
		path, target, _ := strings.Cut(line, " ")
		d.Behaviors = append(d.Behaviors, Behavior{Path: path, Target: target, Group: target == "pages"})
	}
	return d
}

// ours fetches from a name of the zone, as the stack builds it; straight from the balancers themselves.
func ours(region string) Distribution {
	return fetching([]string{"/api/* origin", "* pages"}, "origin origin.shop.example "+region, "standby "+western+" us-west-2")
}

func straight() Distribution {
	return fetching([]string{"/api/* primary", "* pages"}, "primary "+eastern+" us-east-1", "standby "+western+" us-west-2")
}

func TestEveryNameThatLeadsToTheRegionIsPointedAtTheOther(t *testing.T) {
	const east, west = "us-east-1", "us-west-2"
	cdn := []string{"shop.example CNAME " + cdnName, "www.shop.example CNAME " + cdnName}
	with := func(more ...string) []string { return append(slices.Clone(cdn), more...) }
	away := with("grafana.shop.example CNAME "+western, "origin.shop.example CNAME "+western)
	for name, c := range map[string]struct {
		records  []string
		d        Distribution
		from, to string
		want     string
	}{
		"the reference estate": {
			with("grafana.shop.example CNAME "+eastern, "origin.shop.example CNAME "+eastern), ours(east), east, west, "grafana origin"},
		"and back":                       {away, ours(west), west, east, "grafana origin"},
		"it has moved already":           {away, ours(east), east, west, ""},
		"it has moved, and so read":      {away, ours(west), east, west, ""},
		"half of it has moved":           {with("grafana.shop.example CNAME "+western, "origin.shop.example CNAME "+eastern), ours(east), east, west, "origin"},
		"a CDN of balancers":             {with("grafana.shop.example CNAME " + eastern), straight(), east, west, "@ www grafana"},
		"a CDN of balancers, passed by":  {[]string{"shop.example CNAME " + western, "www.shop.example CNAME shop.example"}, straight(), west, east, "@"},
		"a CDN that was switched itself": {with(), fetching([]string{"/api/* standby", "* pages"}, "primary "+eastern+" "+east, "standby "+western+" "+west), east, west, ""},
		"a CDN that goes both ways": {with("origin.shop.example CNAME " + eastern),
			fetching([]string{"/api/* origin", "/old/* primary", "* pages"}, "origin origin.shop.example "+east, "primary "+eastern+" "+east), east, west, "@ www origin"},
		"a CDN that also fetches from a bucket": {with("origin.shop.example CNAME " + eastern),
			fetching([]string{"/static/* bucket", "/api/* origin", "* pages"}, "origin origin.shop.example "+east, "bucket assets.s3.amazonaws.com"), east, west, "origin"},
		"a CDN of a group alone":                               {with("origin.shop.example CNAME " + eastern), fetching([]string{"* pages"}, "origin origin.shop.example "+east, "standby "+western+" "+west), east, west, "origin"},
		"a CDN of a group of balancers":                        {with(), fetching([]string{"* pages"}, "primary "+eastern+" "+east, "standby "+western+" "+west), east, west, "@ www"},
		"a CDN whose origin is a name that may not be changed": {cdn, ours(east), east, west, "@ www"},
		"a CDN that fetches through two names": {with("origin.shop.example CNAME alb.shop.example", "alb.shop.example CNAME "+eastern),
			ours(east), east, west, "alb"},
		"no distribution":            {with("origin.shop.example CNAME " + eastern), Distribution{}, east, west, "origin"},
		"no CDN":                     {[]string{"shop.example CNAME " + eastern, "www.shop.example CNAME shop.example"}, Distribution{}, east, west, "@"},
		"another CDN":                {[]string{"blog.shop.example CNAME d2.cloudfront.net"}, straight(), east, west, ""},
		"dualstack and dots":         {[]string{"shop.example CNAME dualstack." + eastern + ".", "Www.Shop.Example. CNAME SHOP.example."}, straight(), east, west, "@"},
		"the CDN's name with a dot":  {[]string{"shop.example CNAME D1.CloudFront.net."}, straight(), east, west, "@"},
		"it leads nowhere known":     {[]string{"mail.shop.example CNAME mail.example.net", "loop.shop.example CNAME loop.shop.example"}, straight(), east, west, ""},
		"addresses cannot be told":   {[]string{"shop.example A 10.0.0.1", "v6.shop.example AAAA 2001:db8::1"}, straight(), east, west, ""},
		"from a region to elsewhere": {with("origin.shop.example CNAME " + western), ours(west), east, west, ""},
	} {
		var got []string
		for _, change := range PlanRecords(lines(t, c.records...), c.d, c.from, c.to, "target.example.net.") {
			if change.To != "target.example.net" || change.TTL != time.Minute || change.Type != "CNAME" || change.ID != "id-"+change.Name {
				t.Errorf("%s: %+v", name, change)
			}
			label := strings.TrimSuffix(strings.TrimSuffix(change.Name, "shop.example"), ".")
			got = append(got, map[bool]string{true: "@", false: label}[label == ""])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v are changed, want %q", name, got, c.want)
		}
	}
}

func TestANameThatLeadsThroughOneThatIsNotOursIsPointedItself(t *testing.T) {
	spec := Spec{Regions: []string{"us-east-1", "us-west-2"}, Records: []string{"www.shop.example", "grafana.shop.example"}}
	all := lines(t, "www.shop.example CNAME shop.example", "shop.example CNAME "+cdnName, "grafana.shop.example CNAME origin.shop.example",
		"origin.shop.example CNAME "+eastern)
	r := reader(t, spec)
	changes := PlanRecords(r.estate(all, r.signposts(all), ""), straight(), "us-east-1", "us-west-2", western)
	if len(changes) != 2 || changes[0].From != "shop.example" || changes[1].From != "origin.shop.example" {
		t.Errorf("%+v", changes)
	}
}

func TestAProxiedRecordStaysProxied(t *testing.T) {
	record := Record{ID: "r", Name: "shop.example", Type: "CNAME", Content: "Dualstack." + eastern + ".", Proxied: true, Region: "us-east-1"}
	want := RecordChange{ID: "r", Name: "shop.example", Type: "CNAME", From: "Dualstack." + eastern + ".", To: western, Proxied: true}
	changes := PlanRecords([]Record{record}, Distribution{}, "us-east-1", "us-west-2", western)
	if !slices.Equal(changes, []RecordChange{want}) {
		t.Errorf("%+v", changes)
	}
	want.From, want.To = want.To, want.From
	if back := Reversed(changes); !slices.Equal(back, []RecordChange{want}) || changes[0].To != western {
		t.Errorf("reversed %+v, and the changes are %+v", back, changes)
	}
}
