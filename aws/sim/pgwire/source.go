// Package pgwire lets a simulated database answer Lifeboat's questions in PostgreSQL's own wire protocol. It holds no
// state of a database: every answer is made from what a Source says at that moment. It knows the few statements that
// dr/pg sends, by their exact text, and refuses all others as a server refuses what it does not support.
package pgwire

import (
	"fmt"
	"time"
)

// Source is one simulated instance. It is asked for every new connection and every query, from many goroutines.
type Source interface {
	Database() Database
}

// State is how an instance meets whoever asks it.
type State int

const (
	Up       State = iota // answers
	Starting              // "the database system is starting up"; sessions are ended
	Stopping              // "the database system is shutting down"; sessions are ended
	Hanging               // takes what it is sent and never answers; a connection that met this stays dead
	Refusing              // connections end without a word
)

// Database is an instance at one moment. It is not changed after it was given out. Zero times and positions are null
// to the asker.
type Database struct {
	State    State
	Life     string // one run of one server: sessions end with it
	Name     string // the only database that may be connected to; "": any
	Password string // the only one that is let in; "": any
	User     string // whose Password is; "": everybody's
	Blind    bool   // the user has no pg_monitor

	Now      time.Time // the instance's clock
	Version  string    // "15.12"
	System   uint64    // system identifier, the same for a primary and its standbys
	Timeline uint32
	Standby  bool

	Current         LSN // of a primary
	Received        LSN // of a standby, as are all to Receiver
	Replayed        LSN
	LastReplay      time.Time // commit time of the last replayed transaction
	Paused          bool
	Receiver        *Receiver // nil: none runs
	WALLevel        string    // "": replica
	MaxSlotWALKeep  int64     // bytes; 0: no limit
	Slots           []Slot
	Standbys        []Standby
	Connections     []Connection // Serve adds its own sessions
	HeartbeatTable  string       // as named in lifeboat.yaml; "": there is none
	Heartbeat       time.Time    // zero: the table is empty
	HeartbeatDenied bool         // the user has no SELECT on it
}

// LSN is a position in the write-ahead log. 0 is null to the asker.
type LSN uint64

// MarshalText writes PostgreSQL's notation.
func (l LSN) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%X/%X", uint32(l>>32), uint32(l)), nil
}

// Receiver is a standby's WAL receiver.
type Receiver struct {
	Status   string    `json:"status"`
	Timeline uint32    `json:"timeline"`
	Heard    time.Time `json:"heard"`
}

// Slot is a replication slot of a primary.
type Slot struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Active   bool   `json:"active"`
	Status   string `json:"status"`   // reserved, extended, unreserved, lost
	Safe     *int64 `json:"safe"`     // bytes; nil: no limit, or lost
	Retained int64  `json:"retained"` // bytes
}

// Standby is a WAL sender's row on a primary.
type Standby struct {
	User        string    `json:"user"`
	Application string    `json:"application"`
	Client      string    `json:"client"`
	State       string    `json:"state"`
	Sync        string    `json:"sync"`
	Sent        LSN       `json:"sent,omitzero"`
	Written     LSN       `json:"written,omitzero"`
	Flushed     LSN       `json:"flushed,omitzero"`
	Replayed    LSN       `json:"replayed,omitzero"`
	Heard       time.Time `json:"heard,omitzero"`
	ReplayLag   *int64    `json:"replay_lag"` // microseconds; nil: nothing was sent lately
}

// Connection is a group of alike sessions.
type Connection struct {
	Database    string `json:"database"`
	User        string `json:"user"`
	Application string `json:"application"`
	Client      string `json:"client"`
	Kind        string `json:"kind"` // "client backend"
	Own         bool   `json:"own"`  // filled in for the asker
	Count       int    `json:"count"`
}
