package api

import (
	"maps"
	"slices"

	"lifeboat/aws/sim/wire"
)

// describeDBParameters tells what a parameter group sets itself. What the engine sets is not told: nobody here asks for it.
func describeDBParameters(c *call) (wire.Struct, error) {
	group := c.in.String("DBParameterGroupName")
	if !slices.Contains(c.region.ParameterGroups, group) {
		return nil, notFound("DBParameterGroupNotFound", "DBParameterGroup %s not found.", group)
	}
	set := c.region.Parameters[group]
	page, next, err := cut(c.in, rdsPages, slices.Sorted(maps.Keys(set)))
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"Parameters", wire.Each("Parameter", page, func(name string) wire.Struct {
			return wire.Struct{{"ParameterName", name}, {"ParameterValue", set[name]}, {"Source", "user"}, {"IsModifiable", true}}
		})},
		{"Marker", next},
	}, nil
}
