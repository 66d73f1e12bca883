package edge

// matches says whether CloudFront's path pattern (* for any run of characters, ? for exactly one) covers path. A
// leading slash is optional in a pattern, as it is in CloudFront.
func matches(pattern, path string) bool {
	if pattern != "" && pattern[0] != '/' && pattern[0] != '*' && len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	p, s, star, mark := 0, 0, -1, 0
	for s < len(path) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, s
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == path[s]):
			p++
			s++
		case star >= 0:
			mark++
			p, s = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
