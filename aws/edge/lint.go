package edge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Finding is one thing about the CDN's configuration that would not do what people expect of it in an outage.
type Finding struct {
	ID      string // "group-writes", "group-statuses", "group-members", "group-region", "group-slow", "api-in-group"
	Subject string // "behavior /api/*", "origin group pages"
	Text    string // what is so, and what follows from it
	Remedy  string
	Broken  bool // it defeats the failover; otherwise it narrows or delays it
}

// wanted are the statuses on which the second origin should be asked.
var wanted = []int{500, 502, 503, 504}

// longestWait is how long a viewer should wait at most before the second origin is asked.
const longestWait = 10 * time.Second

// Lint looks for what would keep origin failover from bridging, and for an API that a bridge was put in front of. api
// are the paths that take writes or prove who serves, such as /api/health.
func Lint(d Distribution, api ...string) []Finding {
	var found []Finding
	for _, b := range d.Behaviors {
		found = append(found, lintBehavior(b)...)
	}
	for _, g := range d.Groups {
		found = append(found, lintGroup(d, g)...)
	}
	return append(found, lintAPI(d, api)...)
}

// lintBehavior: AWS refuses writing methods on a behaviour that targets an origin group, so one that has them came from
// elsewhere and will not deploy again.
func lintBehavior(b Behavior) []Finding {
	var writes []string
	for _, m := range b.Methods {
		if slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, m) {
			writes = append(writes, m)
		}
	}
	if !b.Group || len(writes) == 0 {
		return nil
	}
	return []Finding{{
		ID: "group-writes", Subject: "behavior " + b.Path, Broken: true,
		Text:   fmt.Sprintf("it passes the origin group %s and allows %s, which CloudFront refuses", b.Target, strings.Join(writes, ", ")),
		Remedy: "let it target one origin, or allow GET, HEAD and OPTIONS only",
	}}
}

// lintAPI finds each behaviour through which API paths pass an origin group, with all of these paths.
func lintAPI(d Distribution, paths []string) []Finding {
	var found []Finding
	for _, b := range d.Behaviors {
		var through []string
		for _, path := range paths {
			if its, ok := d.BehaviorFor(pathOnly(path)); ok && its.Group && its.Path == b.Path {
				through = append(through, path)
			}
		}
		if len(through) > 0 {
			found = append(found, Finding{
				ID: "api-in-group", Subject: "behavior " + b.Path, Broken: true,
				Text: fmt.Sprintf("%s through the origin group %s: CloudFront takes no writes there, and an answer does not prove which region serves",
					strings.Join(through, " and "), b.Target),
				Remedy: "give the API's paths a behavior of their own that targets one origin",
			})
		}
	}
	return found
}

func lintGroup(d Distribution, g OriginGroup) []Finding {
	var found []Finding
	add := func(id, text, remedy string, broken bool) {
		found = append(found, Finding{ID: id, Subject: "origin group " + g.ID, Text: text, Remedy: remedy, Broken: broken})
	}
	members, unknown := membersOf(d, g)
	switch {
	case len(unknown) > 0:
		add("group-members", "there is no origin "+strings.Join(unknown, ", "), "name origins of this distribution", true)
	case len(members) < 2:
		add("group-members", "it has one member: there is nothing to fail over to", "add the other region's origin", true)
	case members[0].Region != "" && members[0].Region == members[1].Region:
		add("group-region", "both members lead to "+members[0].Region+": there is no other region to fail over to", "let the second lead to the other region", true)
	}
	if missing := without(wanted, g.Statuses); len(missing) > 0 {
		add("group-statuses", "the second origin is not asked on "+words(missing), "add them to its failover criteria", len(missing) == len(wanted))
	}
	if len(members) > 0 {
		if wait := time.Duration(members[0].ConnectAttempts) * members[0].ConnectTimeout; wait > longestWait {
			add("group-slow", fmt.Sprintf("while %s is dark, viewers wait %d x %s before the second origin is asked", members[0].ID, members[0].ConnectAttempts, members[0].ConnectTimeout),
				"one or two attempts of a few seconds", false)
		}
	}
	return found
}

// membersOf are a group's origins, and the ids of those that are not there.
func membersOf(d Distribution, g OriginGroup) (members []Origin, unknown []string) {
	for _, id := range g.Members {
		i := slices.IndexFunc(d.Origins, func(o Origin) bool { return o.ID == id })
		if i < 0 {
			unknown = append(unknown, id)
			continue
		}
		members = append(members, d.Origins[i])
	}
	return members, unknown
}

func without(all, these []int) []int {
	return slices.DeleteFunc(slices.Clone(all), func(n int) bool { return slices.Contains(these, n) })
}

func words(numbers []int) string {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.Itoa(n)
	}
	return strings.Join(list, ", ")
}
