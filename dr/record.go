package dr

import (
	"context"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Record is what the estate's journals tell: who is the writer of record, since when, whether the old writer was fenced,
// which runs are open, and how long it took to serve again. Where no journal is read (Where is "") the writer of record
// is the primary as built.
type Record struct {
	Seen   Seen   // of the journals; old where they cannot be read now, and then the rest is as they said last
	Where  string // where they are kept, in words: "this machine only", "s3://bucket/prefix/"; "" none are read
	Shared bool   // other machines see them
	Region string // the region that answers for them; "" where none does

	Writer   string    // region of the writer of record; "" where it cannot be told, and Why says why
	Why      string    //
	Run      string    // the run whose promotion made it so; "" where there was none
	From     string    // the region that this run left
	Source   string    // the instance that was the writer before
	Kept     string    // the name under which Source is kept since a standby took its own; "" it has it still
	Promoted time.Time // when the promotion was called for; zero where there was none
	Receipt  *Receipt  // that run's newest; nil where it has none
	Voided   string    // why Receipt holds no more, by the journal or by what was seen since; "" where it does

	Open  []runbook.View // runs that are under way, or stopped half-way: resume takes them up; newest first
	Last  *runbook.View  // the newest run that came to its end, dry runs apart; nil where there is none
	Lease LeaseSeen      // the estate's lock

	Serve     time.Duration // from the opening gate to the public answers, people's time apart, by past runs; 0: unknown
	ServeFrom string        // what Serve is of: "failover, 41 days ago"

	serves map[config.Strategy]served // Serve in each strategy in which there was a run
}

// LeaseSeen is who holds the estate's lock, as it was read.
type LeaseSeen struct {
	Held  bool
	Grant runbook.Grant // of the holder, where it is held
	Scope string        // how far it reaches: "this machine only"
	Seen  Seen
}

// Journals is where a Watch reads the estate's runs and lock.
type Journals struct {
	Archive runbook.Archive
	Lease   func() runbook.Lease
	Where   string // in words: "this machine only"
	Shared  bool   // other machines see them
	Region  string // the region that answers for them; "" where none does
	Dir     string // this machine's directory of the estate, in which the edge is remembered; "": it is not
}

// OpenJournals opens them. It may fail for now, where it has to ask: it is then tried again.
type OpenJournals func(ctx context.Context) (Journals, error)

// RecordInput is what was read of the journals and of the lock. Each fails alone.
type RecordInput struct {
	Runs   aws.Part[[]RunRead] // oldest first
	Lease  aws.Part[HeldRead]
	Where  string
	Shared bool
	Region string
}

// RunRead is one run as its journal tells it. Err is why the journal could not be followed to its end: then View is what
// it tells before that.
type RunRead struct {
	View runbook.View
	Err  error
}

// HeldRead is what the lock says.
type HeldRead struct {
	Held  bool
	Grant runbook.Grant
	Scope string
}
