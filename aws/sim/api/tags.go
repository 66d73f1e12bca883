package api

import (
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// tagList writes tags under the names and in the XML element that a service has for them.
func tagList(item, key, value string, tags []cloud.Tag) wire.List {
	return wire.Each(item, tags, func(t cloud.Tag) wire.Struct {
		return wire.Struct{{key, t.Key}, {value, t.Value}}
	})
}
