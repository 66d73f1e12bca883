package pg

import "strings"

// Every statement answers with one row of one column that holds JSON, so that no session's date style, interval style
// or driver mode changes what is read. aws/sim/pgwire answers to these very texts; a test there compares the lists.

// The frame of every question. In PostgreSQL's simple protocol statements sent together are one transaction, so these
// hold for the question alone, leave nothing behind on a connection that a pooler lends to somebody else, and need no
// clearing up after an error.
const (
	sqlReadOnly = `SET TRANSACTION READ ONLY`
	sqlTimeout  = `SET LOCAL statement_timeout = ` // milliseconds follow
)

// sqlRole: the role is asked for once, since a promotion may come between two calls. statement_timestamp() is the
// moment when the question arrived, hence no later than the moment of any position that is read with it.
const sqlRole = `SELECT json_build_object(
  'standby', r.standby,
  'version', split_part(current_setting('server_version'), ' ', 1),
  'time', statement_timestamp(),
  'sees_sessions', pg_has_role('pg_read_all_stats', 'USAGE'),
  'timeline', CASE WHEN NOT r.standby THEN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END,
  'current', CASE WHEN NOT r.standby THEN pg_current_wal_lsn() END,
  'received', CASE WHEN r.standby THEN pg_last_wal_receive_lsn() END,
  'replayed', CASE WHEN r.standby THEN pg_last_wal_replay_lsn() END,
  'paused', CASE WHEN r.standby THEN pg_is_wal_replay_paused() END,
  'last_replay', CASE WHEN r.standby THEN pg_last_xact_replay_timestamp() END,
  'receiver', (SELECT json_build_object('status', w.status, 'timeline', w.received_tli, 'heard', w.last_msg_receipt_time)
    FROM pg_stat_wal_receiver w),
  'wal_level', current_setting('wal_level'),
  'max_slot_wal_keep_size', pg_size_bytes(current_setting('max_slot_wal_keep_size', true)))
FROM (SELECT pg_is_in_recovery() AS standby) r`

// sqlIdentity: the control file's timeline is that of the last checkpoint, and so may be behind after a promotion.
const sqlIdentity = `SELECT json_build_object('system', s.system_identifier, 'timeline', c.timeline_id)
FROM pg_control_system() s, pg_control_checkpoint() c`

const sqlSlots = `SELECT coalesce(json_agg(s), '[]') FROM (
  SELECT slot_name AS name, slot_type AS type, active, wal_status AS status, safe_wal_size AS safe,
    pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS retained
  FROM pg_replication_slots ORDER BY slot_name) s`

const sqlStandbys = `SELECT coalesce(json_agg(s), '[]') FROM (
  SELECT usename AS "user", application_name AS application, host(client_addr) AS client, state, sync_state AS sync,
    sent_lsn AS sent, write_lsn AS written, flush_lsn AS flushed, replay_lsn AS replayed, reply_time AS heard,
    (extract(epoch FROM replay_lag) * 1000000)::bigint AS replay_lag
  FROM pg_stat_replication ORDER BY application_name, client_addr) s`

// sqlConnections: whatever is attached to a database and may write to it. Parallel workers are part of the session
// that started them, autovacuum belongs to the server, WAL senders are in sqlStandbys.
const sqlConnections = `SELECT coalesce(json_agg(c), '[]') FROM (
  SELECT datname AS database, usename AS "user", application_name AS application, host(client_addr) AS client,
    backend_type AS kind, application_name = 'lifeboat' AND usename = current_user AS own, count(*) AS count
  FROM pg_stat_activity
  WHERE datid IS NOT NULL AND backend_type NOT IN ('walsender', 'parallel worker', 'autovacuum worker')
  GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 7 DESC, 1, 2, 3, 4) c`

// sqlHeartbeat has the table's quoted name in place of {table}.
const sqlHeartbeat = `SELECT json_build_object('at', max("at")) FROM {table}`

// Statements are all that a Reader ever sends, for the simulator's test.
func Statements() []string {
	return []string{sqlReadOnly, sqlTimeout, sqlRole, sqlIdentity, sqlSlots, sqlStandbys, sqlConnections, sqlHeartbeat}
}

// heartbeatSQL quotes every part of the table's name, so that a name is a name whatever is in it.
func heartbeatSQL(table string) string {
	parts := strings.Split(table, ".")
	for i, p := range parts {
		parts[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	}
	return strings.Replace(sqlHeartbeat, "{table}", strings.Join(parts, "."), 1)
}
