package edge

import (
	"slices"
	"strings"
)

// longestChain bounds how many names are followed, as resolvers do.
const longestChain = 8

// signposts tell where a DNS name leads: by the balancers' names as last read, by the zone's records, and by the region
// that AWS writes into every balancer's name, which holds when the region has not answered since Lifeboat started.
type signposts struct {
	balancers map[string]string // DNS name -> region
	regions   []string
	aliases   map[string]string // the zone's names that lead on to others
}

// signposts are made of the balancers' names and of a zone's records.
func (r *Reader) signposts(records []Record) signposts {
	s := signposts{balancers: map[string]string{}, regions: r.spec.Regions, aliases: map[string]string{}}
	for region, names := range r.spec.BalancerNames() {
		for _, name := range names {
			s.balancers[plain(name)] = region
		}
	}
	for _, record := range records {
		if record.Type == "CNAME" {
			s.aliases[plain(record.Name)] = plain(record.Content)
		}
	}
	return s
}

// end is the last name that name leads to through the zone.
func (s signposts) end(name string) string {
	name = plain(name)
	for range longestChain {
		next, ok := s.aliases[name]
		if !ok {
			break
		}
		name = next
	}
	return name
}

// region is the region whose balancer name leads to; "" where that is not known.
func (s signposts) region(name string) string {
	name = s.end(name)
	if region := s.balancers[name]; region != "" {
		return region
	}
	return s.named(name)
}

// named is the region in a balancer's name as AWS makes them: NAME.REGION.elb.amazonaws.com for application balancers,
// NAME.elb.REGION.amazonaws.com for network balancers.
func (s signposts) named(name string) string {
	labels := strings.Split(name, ".")
	aws := slices.Index(labels, "amazonaws")
	if aws < 2 || labels[aws-1] != "elb" && labels[aws-2] != "elb" {
		return ""
	}
	for _, label := range labels[aws-2 : aws] {
		if slices.Contains(s.regions, label) {
			return label
		}
	}
	return ""
}

// mark writes into each origin the region that it leads to.
func (s signposts) mark(origins []Origin) {
	for i := range origins {
		origins[i].Region = s.region(origins[i].Domain)
	}
}

// cdn says whether name leads to the distribution of that domain; where there is none to compare with, to any.
func (s signposts) cdn(name, domain string) bool {
	name = s.end(name)
	if domain == "" {
		return strings.HasSuffix(name, ".cloudfront.net")
	}
	return name == plain(domain)
}

// plain is a DNS name in one form: lower case, no dot at its end, and without the prefix that asks a balancer for both
// kinds of address.
func plain(name string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(name, ".")), "dualstack.")
}

// estate are the records that belong to the estate, each with the region that it leads to: those that lifeboat.yaml
// names, or else those that lead to the CDN or a balancer.
func (r *Reader) estate(records []Record, s signposts, domain string) []Record {
	var list []Record
	for _, record := range records {
		record.Region, record.End = s.region(record.Content), s.end(record.Content)
		if r.belongs(record, s, domain) {
			list = append(list, record)
		}
	}
	return list
}

func (r *Reader) belongs(record Record, s signposts, domain string) bool {
	if len(r.spec.Records) == 0 {
		return record.Region != "" || s.cdn(record.Content, domain)
	}
	return slices.ContainsFunc(r.spec.Records, func(name string) bool { return plain(name) == plain(record.Name) })
}
