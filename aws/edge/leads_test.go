package edge

import (
	"slices"
	"testing"
)

func TestANameIsFollowedToTheRegionOfItsBalancer(t *testing.T) {
	r := reader(t, Spec{
		Regions: []string{"us-east-1", "us-west-2"},
		BalancerNames: func() map[string][]string {
			return map[string][]string{"us-east-1": {"Shop-ALB.example.internal"}, "us-west-2": {"dr-alb-9.us-west-2.elb.amazonaws.com"}}
		},
	})
	s := r.signposts([]Record{
		{Name: "origin.shop.example", Type: "CNAME", Content: "shop-alb.example.internal"},
		{Name: "api.shop.example", Type: "CNAME", Content: "ORIGIN.shop.example."},
		{Name: "loop.shop.example", Type: "CNAME", Content: "loop.shop.example"},
		{Name: "host.shop.example", Type: "A", Content: "10.0.0.1"},
	})
	for name, want := range map[string]string{
		"shop-alb.example.internal":                      "us-east-1",
		"SHOP-ALB.example.internal.":                     "us-east-1",
		"dualstack.dr-alb-9.us-west-2.elb.amazonaws.com": "us-west-2",
		"dualstack.shop-alb.example.internal":            "us-east-1",
		"origin.shop.example":                            "us-east-1",
		"api.shop.example":                               "us-east-1",
		"loop.shop.example":                              "",
		"host.shop.example":                              "",
		"d1.cloudfront.net":                              "",
		"never-read-1.us-east-1.elb.amazonaws.com":       "us-east-1",
		"never-read-1.elb.us-east-1.amazonaws.com":       "us-east-1",
		"else-1.eu-west-1.elb.amazonaws.com":             "",
		"us-east-1.example":                              "",
		"bucket.s3.us-east-1.amazonaws.com":              "",
		"amazonaws.com":                                  "",
		"":                                               "",
	} {
		if got := s.region(name); got != want {
			t.Errorf("%q leads to %q, want %q", name, got, want)
		}
	}
}

func TestTheEstatesRecordsAreThoseNamedOrThoseThatLeadToIt(t *testing.T) {
	records := []Record{
		{Name: "shop.example", Type: "CNAME", Content: "d1.cloudfront.net"},
		{Name: "www.shop.example", Type: "CNAME", Content: "shop.example"},
		{Name: "other.shop.example", Type: "CNAME", Content: "d2.cloudfront.net"},
		{Name: "origin.shop.example", Type: "CNAME", Content: "alb-1.us-east-1.elb.amazonaws.com"},
		{Name: "mail.shop.example", Type: "A", Content: "10.0.0.1"},
	}
	for _, c := range []struct {
		named  []string
		domain string
		want   []string
	}{
		{nil, "D1.cloudfront.net", []string{"shop.example", "www.shop.example", "origin.shop.example"}},
		{nil, "", []string{"shop.example", "www.shop.example", "other.shop.example", "origin.shop.example"}},
		{[]string{"Mail.shop.example."}, "d1.cloudfront.net", []string{"mail.shop.example"}},
	} {
		r := reader(t, Spec{Regions: []string{"us-east-1"}, Records: c.named})
		var got []string
		for _, record := range r.estate(records, r.signposts(records), c.domain) {
			got = append(got, record.Name)
			if (record.Region == "us-east-1") != (record.Name == "origin.shop.example") {
				t.Errorf("%s leads to %q", record.Name, record.Region)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v, %q: %v, want %v", c.named, c.domain, got, c.want)
		}
	}
}
