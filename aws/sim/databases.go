package sim

import (
	"cmp"
	"slices"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/pgwire"
)

// instance is whichever of the model's databases has the identifier now, as pgwire asks it.
type instance struct {
	cloud      *cloud.Cloud
	region, id string
}

// Database is what the instance would say over SQL at this moment.
func (i instance) Database() pgwire.Database {
	said, err := i.cloud.SQL(i.region, i.id)
	switch {
	case err != nil, said.Absent: // no instance has that name, or none yet
		return pgwire.Database{State: pgwire.Refusing}
	case said.Silent:
		return pgwire.Database{State: pgwire.Hanging}
	case said.Starting:
		return pgwire.Database{State: pgwire.Starting}
	}
	d := pgwire.Database{
		Life: said.Resource + " " + said.Started.String(),
		Name: said.Database, User: said.User, Password: said.Password, Now: said.Now, Version: said.Version, System: said.SystemID, Timeline: uint32(said.Timeline),
		Standby: said.Recovery,
		Slots:   slots(said), Standbys: standbys(said), Connections: connections(said),
	}
	if !said.Recovery {
		d.Current = pgwire.LSN(said.LSN)
		return d
	}
	d.Received, d.Replayed, d.LastReplay = pgwire.LSN(said.Received), pgwire.LSN(said.Replayed), said.ReplayedAt
	if said.Receiver != "" {
		d.Receiver = &pgwire.Receiver{Status: said.Receiver, Timeline: uint32(said.Timeline), Heard: said.Now}
	}
	return d
}

func slots(said cloud.Postgres) []pgwire.Slot {
	var out []pgwire.Slot
	for _, s := range said.Slots {
		out = append(out, pgwire.Slot{
			Name: s.Name, Type: "physical", Active: s.Active, Status: "reserved", Retained: int64(said.LSN - s.Restart),
		})
	}
	return out
}

// standbys are the senders behind the slots that are in use.
func standbys(said cloud.Postgres) []pgwire.Standby {
	var out []pgwire.Standby
	for _, s := range said.Slots {
		if !s.Active {
			continue
		}
		at := pgwire.LSN(s.Replay)
		out = append(out, pgwire.Standby{
			User: "rdsrepladmin", Application: "walreceiver", Client: s.Client, State: "streaming", Sync: "async",
			Sent: pgwire.LSN(said.LSN), Written: at, Flushed: at, Replayed: at, Heard: said.Now,
		})
	}
	return out
}

// connections are grouped as pg_stat_activity is asked for.
func connections(said cloud.Postgres) []pgwire.Connection {
	groups := map[pgwire.Connection]int{}
	for _, c := range said.Connections {
		groups[pgwire.Connection{
			Database: said.Database, User: c.User, Application: c.Application, Client: c.Client, Kind: "client backend",
		}]++
	}
	var out []pgwire.Connection
	for c, n := range groups {
		c.Count = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b pgwire.Connection) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Application, b.Application), cmp.Compare(a.Client, b.Client))
	})
	return out
}
