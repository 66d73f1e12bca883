package edge

import (
	"slices"
	"strings"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// ProvesServing says whether the answer to a GET of path (of the public name) proves which region serves. Behind a CDN
// it does only where the behaviour that path matches has a single origin: through an origin group, CloudFront answers
// out of the second region while nothing is switched. So:
//   - no distribution configured: the name leads straight to a balancer, and whoever answers serves: true.
//   - a distribution that was never read: it cannot be told: false.
//   - one that was read, however long ago: what its behaviours say. They change by hand only, and CloudFront's control
//     plane may be down in the very hour that this is asked in.
//
// An answer that Answer.Cached says is out of the CDN's memory proves nothing in any case.
func ProvesServing(d aws.Part[Distribution], path string) bool {
	if !d.Known() {
		return fault.KindOf(d.Err) == fault.NotConfigured
	}
	b, ok := d.Value.BehaviorFor(pathOnly(path))
	if !ok || b.Group {
		return false
	}
	return slices.ContainsFunc(d.Value.Origins, func(o Origin) bool { return o.ID == b.Target })
}

// pathOnly is the part of a path that behaviours match.
func pathOnly(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if path == "" {
		return "/"
	}
	return path
}
