package pg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lifeboat/aws/fault"
)

// answerGrace is how much longer than the server's own statement timeout an answer is waited for, so that a server
// that gives up is told from a server that is gone.
const answerGrace = time.Second

// Reader reads one target. It keeps one connection open between readings and makes a new one when that is lost.
type Reader struct {
	target Target
	busy   chan struct{} // holds one token while a reading goes on; guards all below
	conn   *pgconn.PgConn
	marks  marks
}

// NewReader makes a Reader. Nothing is connected, read or checked before the first Read.
func NewReader(t Target) *Reader {
	return &Reader{target: t.withDefaults(), busy: make(chan struct{}, 1)}
}

// Read asks the database once. An error (*fault.Error) means that not even its role could be read; whatever else could
// not be seen has its error in the Reading. It ends with ctx, or else within ConnectTimeout plus, for each of at most
// six statements, StatementTimeout and a second. Readings of one Reader wait for each other; Readers never do.
func (r *Reader) Read(ctx context.Context) (Reading, error) {
	select {
	case r.busy <- struct{}{}:
		defer func() { <-r.busy }()
	case <-ctx.Done():
		return Reading{}, r.judge("waiting for the reading before this one", ctx.Err())
	}
	role, err := r.freshRole(ctx)
	if err != nil {
		return Reading{}, err
	}
	reading := role.reading()
	r.readParts(ctx, role, &reading)
	reading.Took = r.target.Now().Sub(reading.At)
	reading.Earlier = r.marks.add(reading)
	return reading, nil
}

// Close ends the connection, after the reading that is going on.
func (r *Reader) Close() {
	r.busy <- struct{}{}
	defer func() { <-r.busy }()
	if r.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerGrace)
	defer cancel()
	_ = r.conn.Close(ctx)
	r.conn = nil
}

// freshRole asks for the role. Where a connection from an earlier reading turns out to be lost, which says nothing of
// now, it connects anew and asks again. A time-out is not repeated.
func (r *Reader) freshRole(ctx context.Context) (role, error) {
	reused := r.conn != nil
	got, err := r.role(ctx)
	if reused && r.conn == nil && fault.KindOf(err) != fault.TimedOut {
		return r.role(ctx)
	}
	return got, err
}

func (r *Reader) role(ctx context.Context) (role, error) {
	if err := r.connect(ctx); err != nil {
		return role{}, err
	}
	at := r.target.Now()
	got, err := ask[role](ctx, r, "SQL role and positions", sqlRole)
	got.at, got.roundTrip = at, r.target.Now().Sub(at)
	return got, err
}

// connect makes a connection unless there is one.
func (r *Reader) connect(ctx context.Context) error {
	if r.conn != nil {
		return nil
	}
	if r.target.Host == "" {
		return fault.New(fault.NotConfigured, "connect", r.target.String(), errors.New("no host"))
	}
	config, err := r.target.config()
	if err != nil {
		// The wrapped error says what is wrong; the driver's own repeats the whole connection string.
		return fault.New(fault.NotConfigured, "connect", r.target.String(), errors.Unwrap(err))
	}
	if err := r.givePassword(ctx, config); err != nil {
		return err
	}
	r.conn, err = pgconn.ConnectConfig(ctx, config)
	if e := new(pgconn.PgError); errors.As(err, &e) && e.Code == wrongPassword && config.Password == "" {
		return fault.New(fault.NoCredentials, "connect", r.target.String(), errors.New("the server wants a password and there is none"))
	}
	return r.judge("connect", err)
}

func (r *Reader) givePassword(ctx context.Context, config *pgconn.Config) error {
	if r.target.Password == nil {
		return nil
	}
	password, err := r.target.Password(ctx)
	if err != nil {
		return fault.New(fault.NoCredentials, "connect", r.target.String(), err)
	}
	if password != "" {
		config.Password = password
	}
	return nil
}

// ask sends one statement in a read-only transaction of its own and reads the JSON that it answers. It goes by the
// simple protocol: one round trip, no prepared statement that a pooler would lose, and a failed statement ends its
// transaction by itself, so that the next question is free to succeed.
func ask[T any](ctx context.Context, r *Reader, op, sql string) (T, error) {
	var answer T
	if r.conn == nil {
		return answer, fault.New(fault.Unreachable, op, r.target.String(), errors.New("the connection was lost before this was asked"))
	}
	ctx, cancel := context.WithTimeout(ctx, r.target.StatementTimeout+answerGrace)
	defer cancel()
	sql = fmt.Sprintf("%s; %s%d; %s", sqlReadOnly, sqlTimeout, r.target.StatementTimeout.Milliseconds(), sql)
	results, err := r.conn.Exec(ctx, sql).ReadAll()
	if r.conn.IsClosed() {
		r.conn = nil
	}
	if err != nil {
		return answer, r.judge(op, err)
	}
	if err := decode(results, &answer); err != nil {
		return answer, fault.New(fault.Unreadable, op, r.target.String(), err)
	}
	return answer, nil
}

// decode reads the one value of the last result. SQL's null leaves answer as it is.
func decode(results []*pgconn.Result, answer any) error {
	if len(results) == 0 {
		return errors.New("no result")
	}
	rows := results[len(results)-1].Rows
	if len(rows) != 1 || len(rows[0]) != 1 {
		return fmt.Errorf("%d rows, want one row of one column", len(rows))
	}
	if rows[0][0] == nil {
		return nil
	}
	return json.Unmarshal(rows[0][0], answer)
}
