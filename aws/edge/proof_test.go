package edge

import (
	"errors"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// bridged is a distribution whose pages pass an origin group and whose API does not.
func bridged() Distribution {
	return Distribution{
		Origins: []Origin{{ID: "origin", Region: "us-east-1", ConnectAttempts: 2, ConnectTimeout: 3 * time.Second}, {ID: "standby", Region: "us-west-2"}},
		Groups:  []OriginGroup{{ID: "pages", Members: []string{"origin", "standby"}, Statuses: []int{500, 502, 503, 504}}},
		Behaviors: []Behavior{
			{Path: "/api/*", Target: "origin", Methods: []string{"GET", "HEAD", "POST"}},
			{Path: "/gone/*", Target: "nowhere"},
			{Path: "/both/*", Target: "origin", Group: true}, // a group of an origin's name
			{Path: "*", Target: "pages", Group: true, Methods: []string{"GET", "HEAD", "OPTIONS"}},
		},
	}
}

func TestOnlyAPathWithASingleOriginProvesWhoServes(t *testing.T) {
	now := time.Now()
	var never aws.Part[Distribution]
	read := never.Next(bridged(), nil, now)
	for _, c := range []struct {
		name   string
		part   aws.Part[Distribution]
		path   string
		proves bool
	}{
		{"the API", read, "/api/health", true},
		{"the API with a query", read, "/api/health?a=/x", true},
		{"a page", read, "/", false},
		{"a page without a path", read, "", false},
		{"a behaviour whose origin is not there", read, "/gone/1", false},
		{"the last word of a control plane that is down now", read.Next(Distribution{}, fault.New(fault.TimedOut, "", "", nil), now), "/api/health", true},
		{"a group that is called like an origin", read, "/both/1", false},
		{"a distribution never read", never, "/api/health", false},
		{"a distribution that may not be read", never.Next(Distribution{}, fault.New(fault.Denied, "", "", nil), now), "/api/health", false},
		{"a distribution that failed in a way nobody judged", never.Next(Distribution{}, errors.New("?"), now), "/api/health", false},
		{"no distribution configured", never.Next(Distribution{}, fault.New(fault.NotConfigured, "", "", nil), now), "/", true},
	} {
		if got := ProvesServing(c.part, c.path); got != c.proves {
			t.Errorf("%s (%s) proves %t, want %t", c.name, c.path, got, c.proves)
		}
	}
}
