package pgwire

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// reply is what one statement comes to: an error, a bare command tag, or one row of one JSON column.
type reply struct {
	failure *pgproto3.ErrorResponse
	tag     string
	value   any // nil: no row
}

// answer answers one statement of a session.
func answer(d Database, s *session, sql string) reply {
	switch sql {
	case sqlReadOnly:
		return reply{tag: "SET"}
	case sqlRole:
		return row(role(d))
	case sqlIdentity:
		return row(map[string]any{"system": d.System, "timeline": d.Timeline})
	case sqlSlots:
		return onPrimary(d, d.Slots)
	case sqlStandbys:
		return onPrimary(d, d.Standbys)
	case sqlConnections:
		return row(orEmpty(s.visible(d)))
	}
	if _, ok := strings.CutPrefix(sql, sqlTimeout); ok {
		return reply{tag: "SET"}
	}
	if table, ok := strings.CutPrefix(sql, strings.TrimSuffix(sqlHeartbeat, "{table}")); ok {
		return heartbeat(d, strings.ReplaceAll(table, `"`, ""))
	}
	return refuse("0A000", "the simulated database answers Lifeboat's own questions only")
}

func role(d Database) map[string]any {
	a := map[string]any{
		"standby": d.Standby, "version": d.Version, "time": d.Now, "sees_sessions": !d.Blind,
		"wal_level": orDefault(d.WALLevel, "replica"), "max_slot_wal_keep_size": orDefault(d.MaxSlotWALKeep, -1),
	}
	if !d.Standby {
		a["timeline"], a["current"] = d.Timeline, d.Current
		return a
	}
	a["received"], a["replayed"], a["paused"] = orNull(d.Received), orNull(d.Replayed), d.Paused
	a["last_replay"] = orNull(d.LastReplay)
	a["receiver"] = d.Receiver
	if d.Blind && d.Receiver != nil {
		a["receiver"] = map[string]any{"status": nil, "timeline": nil, "heard": nil}
	}
	return a
}

// onPrimary refuses as pg_current_wal_lsn does on a standby.
func onPrimary[T any](d Database, rows []T) reply {
	if d.Standby {
		return refuse("55000", "recovery is in progress")
	}
	return row(orEmpty(rows))
}

func heartbeat(d Database, table string) reply {
	switch {
	case d.HeartbeatTable == "" || table != d.HeartbeatTable:
		return refuse("42P01", fmt.Sprintf("relation %q does not exist", table))
	case d.HeartbeatDenied:
		return refuse("42501", fmt.Sprintf("permission denied for table %s", table))
	}
	return row(map[string]any{"at": orNull(d.Heartbeat)})
}

func row(value any) reply { return reply{tag: "SELECT 1", value: value} }

func refuse(code, message string) reply { return reply{failure: failure("ERROR", code, message)} }

func failure(severity, code, message string) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{Severity: severity, SeverityUnlocalized: severity, Code: code, Message: message}
}

// send writes a reply to the client's buffer; false: it was an error, and what else came with it is not done.
func (r reply) send(b *pgproto3.Backend) bool {
	if r.failure != nil {
		b.Send(r.failure)
		return false
	}
	if r.value != nil {
		text, err := json.Marshal(r.value)
		if err != nil {
			b.Send(failure("ERROR", "XX000", err.Error()))
			return false
		}
		b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{jsonColumn}})
		b.Send(&pgproto3.DataRow{Values: [][]byte{text}})
	}
	b.Send(&pgproto3.CommandComplete{CommandTag: []byte(r.tag)})
	return true
}

var jsonColumn = pgproto3.FieldDescription{
	Name: []byte("json_build_object"), DataTypeOID: 114, DataTypeSize: -1, TypeModifier: -1,
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// orNull is JSON's null for a zero value.
func orNull[T LSN | time.Time](v T) any {
	var zero T
	if any(v) == any(zero) {
		return nil
	}
	return v
}

// orEmpty is JSON's empty list for no list.
func orEmpty[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}
