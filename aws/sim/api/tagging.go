package api

import (
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var taggingOperations = map[string]operation{
	"GetResources": getResources,
}

// tagged is a resource with its tags.
type tagged struct {
	arn  string
	tags []cloud.Tag
}

// resources are all of the region's, in a fixed order.
func (c *call) resources() []tagged {
	var all []tagged
	add := func(arn string, tags []cloud.Tag) { all = append(all, tagged{arn, tags}) }
	for _, x := range c.region.Clusters {
		add(x.ARN, x.Tags)
		for _, s := range x.Services {
			add(s.ARN, s.Tags)
		}
	}
	for _, x := range c.region.Balancers {
		add(x.ARN, x.Tags)
	}
	for _, x := range c.region.TargetGroups {
		add(x.ARN, x.Tags)
	}
	for _, x := range c.region.Databases {
		add(x.ARN, x.Tags)
	}
	for _, x := range c.region.Repositories {
		add(x.ARN, x.Tags)
	}
	for _, x := range c.region.Secrets {
		add(x.ARN, x.Tags)
	}
	for _, x := range c.region.Certificates {
		add(x.ARN, x.Tags)
	}
	if c.region.Name == cloudfrontHome {
		for _, x := range c.Distributions {
			add(x.ARN, x.Tags)
		}
	}
	return all
}

func getResources(c *call) (wire.Struct, error) {
	filters, types := c.in.List("TagFilters"), c.in.Strings("ResourceTypeFilters")
	found := keep(c.resources(), func(x tagged) bool {
		return len(x.tags) > 0 && x.passes(filters) && (len(types) == 0 || slices.ContainsFunc(types, x.is))
	})
	page, next, err := cut(c.in, paging{"PaginationToken", "ResourcesPerPage", 100}, found)
	if err != nil {
		return nil, err
	}
	if next == nil {
		next = "" // this service alone says so
	}
	return wire.Struct{
		{"ResourceTagMappingList", wire.Each("member", page, func(x tagged) wire.Struct {
			return wire.Struct{{"ResourceARN", x.arn}, {"Tags", tagList("member", "Key", "Value", x.tags)}}
		})},
		{"PaginationToken", next},
	}, nil
}

// passes says whether the resource has, for every filter, its key with one of its values, or with any if it lists none.
func (x tagged) passes(filters []wire.In) bool {
	for _, f := range filters {
		values := f.Strings("Values")
		if !slices.ContainsFunc(x.tags, func(t cloud.Tag) bool {
			return t.Key == f.String("Key") && (len(values) == 0 || slices.Contains(values, t.Value))
		}) {
			return false
		}
	}
	return true
}

// is says whether the resource is of a type such as ecs:service or rds.
func (x tagged) is(kind string) bool {
	parts := strings.SplitN(x.arn, ":", 6)
	service, resource, both := strings.Cut(kind, ":")
	return parts[2] == service && (!both || strings.HasPrefix(parts[5], resource+"/") || strings.HasPrefix(parts[5], resource+":"))
}
