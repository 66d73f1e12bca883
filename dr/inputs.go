package dr

import (
	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/dr/config"
	"lifeboat/dr/pg"
)

// Inputs is everything that an estate is made of: what should be, and the newest of what was seen. Nothing in it is
// changed by a join, or after it.
type Inputs struct {
	Config   *config.Config
	Regions  [2]RegionInput // primary and standby as built
	Edge     edge.Snapshot
	Record   *RecordInput // nil: no journal is read
	Complete bool         // every reader has finished its first round
}

// RegionInput is what was seen of one region.
type RegionInput struct {
	Snapshot *aws.Snapshot                   // nil before the first reading
	SQL      map[string]aws.Part[pg.Reading] // by database identifier, one for each configured connection
	// SQLBefore is the reading before the newest, by database identifier. A primary is compared with its standby at the
	// reading that is nearest to the standby's: the two are never read at quite the same moment.
	SQLBefore map[string]pg.Reading
	// Definitions are the task definitions of the services' last word.
	Definitions aws.Part[aws.Definitions]

	images *imageIndex // of Snapshot.Images; nil: made by the join
}
