package pg

import (
	"context"
	"errors"
	"time"

	"lifeboat/aws/fault"
)

// role is the answer to sqlRole. Pointers are null where the server has nothing to say.
type role struct {
	at        time.Time
	roundTrip time.Duration

	Standby            bool          `json:"standby"`
	Version            string        `json:"version"`
	Time               time.Time     `json:"time"`
	SeesSessions       bool          `json:"sees_sessions"`
	Timeline           uint32        `json:"timeline"`
	Current            LSN           `json:"current"`
	Received           LSN           `json:"received"`
	Replayed           LSN           `json:"replayed"`
	Paused             bool          `json:"paused"`
	LastReplay         time.Time     `json:"last_replay"`
	Receiver           *receiverJSON `json:"receiver"`
	WALLevel           string        `json:"wal_level"`
	MaxSlotWALKeepSize *int64        `json:"max_slot_wal_keep_size"`
}

type receiverJSON struct {
	Status   string    `json:"status"`
	Timeline uint32    `json:"timeline"`
	Heard    time.Time `json:"heard"`
}

func (a role) reading() Reading {
	r := Reading{
		At: a.at, RoundTrip: a.roundTrip, ServerTime: a.Time, Version: a.Version,
		InRecovery: a.Standby, Timeline: a.Timeline, CurrentLSN: a.Current,
		ReceiveLSN: a.Received, ReplayLSN: a.Replayed, ReplayPaused: a.Paused, LastReplay: a.LastReplay,
		Settings: Settings{WALLevel: a.WALLevel, MaxSlotWALKeepSize: NoLimit},
	}
	if a.MaxSlotWALKeepSize != nil { // null before PostgreSQL 13, which had no limit
		r.Settings.MaxSlotWALKeepSize = *a.MaxSlotWALKeepSize
	}
	if a.Receiver != nil {
		r.Receiver = Receiver(*a.Receiver)
	}
	return r
}

// readParts asks for everything beside the role; each part fails alone.
func (r *Reader) readParts(ctx context.Context, seen role, to *Reading) {
	to.IdentityErr = r.identity(ctx, to)
	blind := r.blind(seen)
	if to.InRecovery {
		to.ReceiverErr = blind
	} else {
		to.Slots, to.SlotsErr = r.slots(ctx)
		to.Standbys, to.StandbysErr = unlessBlind(blind, func() ([]Standby, error) { return r.standbys(ctx) })
	}
	to.Connections, to.ConnectionsErr = unlessBlind(blind, func() ([]Connection, error) { return r.connections(ctx) })
	to.Heartbeat, to.HeartbeatErr = r.heartbeat(ctx)
}

// blind is an error where the user may not see other users' sessions. PostgreSQL then leaves rows and columns out
// without a word, and a count of them would be a wrong one.
func (r *Reader) blind(seen role) error {
	if seen.SeesSessions {
		return nil
	}
	return fault.New(fault.Denied, "SQL statistics views", r.target.String(),
		errors.New("the user "+r.target.User+" sees its own sessions only: GRANT pg_monitor TO it"))
}

func unlessBlind[T any](blind error, look func() ([]T, error)) ([]T, error) {
	if blind != nil {
		return nil, blind
	}
	return look()
}

func (r *Reader) identity(ctx context.Context, to *Reading) error {
	got, err := ask[struct {
		System   uint64 `json:"system"`
		Timeline uint32 `json:"timeline"`
	}](ctx, r, "SQL identity", sqlIdentity)
	to.SystemID = got.System
	if to.InRecovery { // what it receives is newer than its control file
		to.Timeline = max(got.Timeline, to.Receiver.Timeline)
	}
	return err
}

func (r *Reader) slots(ctx context.Context) ([]Slot, error) {
	rows, err := ask[[]struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Active   bool   `json:"active"`
		Status   string `json:"status"`
		Retained int64  `json:"retained"`
		Safe     *int64 `json:"safe"`
	}](ctx, r, "SQL replication slots", sqlSlots)
	slots := make([]Slot, 0, len(rows))
	for _, s := range rows {
		slots = append(slots, Slot{
			Name: s.Name, Type: s.Type, Active: s.Active, Status: s.Status,
			Retained: s.Retained, Safe: safeSize(s.Status, s.Safe),
		})
	}
	return slots, err
}

func (r *Reader) standbys(ctx context.Context) ([]Standby, error) {
	rows, err := ask[[]struct {
		User        string    `json:"user"`
		Application string    `json:"application"`
		Client      string    `json:"client"`
		State       string    `json:"state"`
		Sync        string    `json:"sync"`
		Sent        LSN       `json:"sent"`
		Written     LSN       `json:"written"`
		Flushed     LSN       `json:"flushed"`
		Replayed    LSN       `json:"replayed"`
		Heard       time.Time `json:"heard"`
		ReplayLag   *int64    `json:"replay_lag"` // microseconds
	}](ctx, r, "SQL standbys", sqlStandbys)
	standbys := make([]Standby, 0, len(rows))
	for _, s := range rows {
		lag := Unreported
		if s.ReplayLag != nil {
			lag = time.Duration(*s.ReplayLag) * time.Microsecond
		}
		standbys = append(standbys, Standby{
			User: s.User, Application: s.Application, Client: s.Client, State: s.State, Sync: s.Sync,
			Sent: s.Sent, Written: s.Written, Flushed: s.Flushed, Replayed: s.Replayed, ReplayLag: lag, Heard: s.Heard,
		})
	}
	return standbys, err
}

func (r *Reader) connections(ctx context.Context) ([]Connection, error) {
	type row struct {
		Database    string `json:"database"`
		User        string `json:"user"`
		Application string `json:"application"`
		Client      string `json:"client"`
		Kind        string `json:"kind"`
		Count       int    `json:"count"`
		Own         bool   `json:"own"`
	}
	rows, err := ask[[]row](ctx, r, "SQL connections", sqlConnections)
	connections := make([]Connection, 0, len(rows))
	for _, c := range rows {
		connections = append(connections, Connection(c))
	}
	return connections, err
}

func (r *Reader) heartbeat(ctx context.Context) (time.Time, error) {
	op := "SQL heartbeat table " + r.target.Heartbeat
	if r.target.Heartbeat == "" {
		return time.Time{}, fault.New(fault.NotConfigured, "SQL heartbeat", r.target.String(), errors.New("no heartbeat table is named"))
	}
	got, err := ask[struct {
		At time.Time `json:"at"`
	}](ctx, r, op, heartbeatSQL(r.target.Heartbeat))
	if err == nil && got.At.IsZero() {
		err = fault.New(fault.NotFound, op, r.target.String(), errors.New("the table has no row"))
	}
	return got.At, err
}

// safeSize: the server gives null where nothing limits a slot and where it is lost, and less than 0 where it is about
// to be lost.
func safeSize(status string, n *int64) int64 {
	switch {
	case status == "lost":
		return 0
	case n == nil:
		return NoLimit
	}
	return max(*n, 0)
}
