package pgwire_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"lifeboat/aws/sim/pgwire"
	"lifeboat/dr/pg"
)

func TestTheStatementsAreThoseOfTheReader(t *testing.T) {
	if here, there := pgwire.Statements(), pg.Statements(); !slices.Equal(here, there) {
		t.Errorf("the lists differ:\nsimulator %q\nreader    %q", here, there)
	}
}

// fixed is a database that stays as it is.
type fixed pgwire.Database

func (f fixed) Database() pgwire.Database { return pgwire.Database(f) }

// changing is a database that may become another one.
type changing struct {
	now atomic.Pointer[pgwire.Database]
}

func (c *changing) Database() pgwire.Database { return *c.now.Load() }

func TestASessionEndsWithTheServerThatItBeganWith(t *testing.T) {
	var source changing
	source.now.Store(&pgwire.Database{Version: "15.12", Now: time.Now(), Current: 1, Life: "first"})
	c := connect(t, &source)
	role := pgwire.Statements()[0]
	if _, err := c.Exec(t.Context(), role).ReadAll(); err != nil {
		t.Fatal(err)
	}
	source.now.Store(&pgwire.Database{Version: "15.12", Now: time.Now(), Current: 1, Life: "second"})
	if _, err := c.Exec(t.Context(), role).ReadAll(); code(err) != "57P01" {
		t.Errorf("a session of the server before is answered with %v", err)
	}
}

// connect starts a server for f and connects to it as some client of PostgreSQL.
func connect(t *testing.T, f pgwire.Source, changes ...func(*pgconn.Config)) *pgconn.PgConn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- pgwire.Serve(ctx, l, f) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	config, err := pgconn.ParseConfig("postgres://someone:any@" + l.Addr().String() + "/app?sslmode=prefer&application_name=psql")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(config)
	}
	c, err := pgconn.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// code is the SQLSTATE of err.
func code(err error) string {
	var e *pgconn.PgError
	errors.As(err, &e)
	if e == nil {
		return ""
	}
	return e.Code
}

func TestAnUnknownStatementIsAnErrorAndTheSessionGoesOn(t *testing.T) {
	c := connect(t, fixed{Version: "15.12", Now: time.Now(), Current: 1})
	for _, sql := range []string{"SELECT 1", "DROP TABLE users", "SELECT 1; " + pgwire.Statements()[0]} {
		if results, err := c.Exec(t.Context(), sql).ReadAll(); code(err) != "0A000" || len(results) > 0 {
			t.Errorf("%s: %v, %v", sql, results, err)
		}
	}
	if _, err := c.Exec(t.Context(), " ; ").ReadAll(); err != nil {
		t.Errorf("nothing at all: %v", err)
	}
	results, err := c.Exec(t.Context(), " "+pgwire.Statements()[0]+" ;\n"+pgwire.Statements()[2]+";").ReadAll()
	if err != nil || len(results) != 2 || results[0].CommandTag.String() != "SET" || len(results[1].Rows) != 1 {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestNothingIsDoneAfterAFailedStatement(t *testing.T) {
	raw, err := connect(t, fixed{Version: "15.12", Now: time.Now(), Current: 1}).Hijack()
	if err != nil {
		t.Fatal(err)
	}
	raw.Frontend.Send(&pgproto3.Query{String: "SELECT 1; " + pgwire.Statements()[2]})
	if err := raw.Frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for len(got) < 2 {
		m, err := raw.Frontend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%T", m))
	}
	if want := []string{"*pgproto3.ErrorResponse", "*pgproto3.ReadyForQuery"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheExtendedProtocolIsRefusedInItsOwnWay(t *testing.T) {
	told := 0
	c := connect(t, fixed{Version: "15.12", Now: time.Now(), Current: 1}, func(c *pgconn.Config) {
		c.OnPgError = func(*pgconn.PgConn, *pgconn.PgError) bool { told++; return true }
	})
	for range 2 {
		if err := c.ExecParams(t.Context(), pgwire.Statements()[2], nil, nil, nil, nil).Read().Err; code(err) != "0A000" {
			t.Fatalf("%v", err)
		}
	}
	if _, err := c.Exec(t.Context(), pgwire.Statements()[2]).ReadAll(); err != nil {
		t.Errorf("the session did not go on: %v", err)
	}
	if told != 2 {
		t.Errorf("%d errors for two questions of several messages each", told)
	}
}

func TestAStandbyRefusesWhatOnlyAPrimaryKnows(t *testing.T) {
	c := connect(t, fixed{Version: "15.12", Now: time.Now(), Standby: true})
	for _, sql := range pgwire.Statements()[4:6] {
		if _, err := c.Exec(t.Context(), sql).ReadAll(); code(err) != "55000" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestACancelRequestHarmsNobody(t *testing.T) {
	c := connect(t, fixed{Version: "15.12", Now: time.Now(), Current: 1})
	if err := c.CancelRequest(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.Exec(t.Context(), pgwire.Statements()[2]).ReadAll(); err != nil {
		t.Error(err)
	}
}
