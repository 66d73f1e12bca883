package pg

import "time"

// Reading is one look at a database. It is never changed after it was made. What could not be seen has an error of its
// own beside it (*fault.Error); such a field is unknown, not zero.
type Reading struct {
	At         time.Time     // just before the question for role and positions was sent; Lifeboat's clock
	RoundTrip  time.Duration // of that question
	Took       time.Duration // the whole reading, connecting left out
	ServerTime time.Time     // when that question arrived; the server's clock

	Version    string // "15.12"
	InRecovery bool   // a standby; false: a primary, which takes writes
	Timeline   uint32 // 0: unknown. Every promotion begins a higher one.
	Settings   Settings

	SystemID    uint64 // the same on a primary and its physical standbys; 0: unknown
	IdentityErr error  // why SystemID, and on a standby without a receiver Timeline, are unknown

	// On a primary only.
	CurrentLSN  LSN    // written so far
	Earlier     []Mark // positions that the same Reader saw before on this timeline, oldest first
	Slots       []Slot // by name
	SlotsErr    error
	Standbys    []Standby // pg_stat_replication
	StandbysErr error

	// On a standby only.
	ReceiveLSN   LSN       // received and on its disk; 0: nothing streamed since it started
	ReplayLSN    LSN       // replayed, hence visible to queries
	ReplayPaused bool      // somebody called pg_wal_replay_pause
	LastReplay   time.Time // commit time, by the primary's clock, of the last transaction replayed; zero: none since start
	Receiver     Receiver
	ReceiverErr  error

	Connections    []Connection // whatever is attached to a database, most numerous first, Lifeboat's own marked
	ConnectionsErr error

	Heartbeat    time.Time // the newest value in the heartbeat table, by the clock of whoever writes it
	HeartbeatErr error     // fault.NotConfigured where there is no table
}

// Mark is a position that a primary had reached at a time of its own clock.
type Mark struct {
	Time time.Time
	LSN  LSN
}

// Settings are those of the server that decide whether replication can work, and what it may cost the primary.
type Settings struct {
	WALLevel           string // "replica" or "logical"; "minimal" cannot be replicated
	MaxSlotWALKeepSize int64  // bytes that a slot may hold back before it is dropped; NoLimit: until the disk is full
}

// NoLimit stands for a size that nothing limits.
const NoLimit = -1

// Unreported stands for a duration that the server does not give.
const Unreported time.Duration = -1

// Slot is a replication slot on a primary. It keeps WAL for its standby, and with it the primary's disk.
type Slot struct {
	Name     string
	Type     string // physical or logical
	Active   bool   // somebody streams from it now
	Status   string // reserved, extended, unreserved, lost; "" before its first use
	Retained int64  // bytes of WAL that it holds back
	Safe     int64  // bytes that can still be written before it may be lost; NoLimit; 0 where it is lost already
}

// Standby is one receiver of a primary's WAL, as the primary sees it. Positions are 0 where it has not told them yet.
type Standby struct {
	User, Application, Client        string // Client "": over a Unix socket
	State                            string // startup, catchup, streaming, backup, stopping
	Sync                             string // async, sync, quorum, potential
	Sent, Written, Flushed, Replayed LSN
	ReplayLag                        time.Duration // Unreported where nothing was sent lately
	Heard                            time.Time     // the standby's last reply, by the standby's clock
}

// Receiver is a standby's WAL receiver.
type Receiver struct {
	Status   string    // "streaming", "waiting", ...; "": none runs, nothing is being received
	Timeline uint32    // of what it receives
	Heard    time.Time // when the primary last sent anything, by the standby's clock
}

// Connection is a group of alike sessions. RDS's own (user rdsadmin) are among them.
type Connection struct {
	Database, User, Application string
	Client                      string // address; "": over a Unix socket, or a background worker
	Kind                        string // "client backend", or the background worker's name
	Count                       int
	Own                         bool // Lifeboat's: its application name and its very user
}

// Others counts the sessions that are not Lifeboat's own.
func (r Reading) Others() int {
	n := 0
	for _, c := range r.Connections {
		if !c.Own {
			n += c.Count
		}
	}
	return n
}

// Skew is how far the server's clock is ahead of Lifeboat's, give or take within.
func (r Reading) Skew() (skew, within time.Duration) {
	half := r.RoundTrip / 2
	return r.ServerTime.Sub(r.At.Add(half)), half
}

// CommitAge is the time since the last replayed commit, as RDS's ReplicaLag measures it. It grows on an idle primary,
// where it says nothing about being behind: see CorrectedLag. false: this is no standby, or it replayed no commit yet.
func (r Reading) CommitAge() (time.Duration, bool) {
	if !r.InRecovery || r.LastReplay.IsZero() {
		return 0, false
	}
	return max(0, r.ServerTime.Sub(r.LastReplay)), true
}
