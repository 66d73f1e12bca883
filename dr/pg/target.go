// Package pg asks a PostgreSQL instance for its own word over SQL: its role, its positions in the write-ahead log, the
// commit it replayed last, a heartbeat row, its replication slots and who is connected. It only reads, and it knows
// nothing of AWS. PostgreSQL 13 and later; on older ones the slots are unknown.
package pg

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Application is the application_name of Lifeboat's own connections, by which they are told from all others.
const Application = "lifeboat"

// Target is one database and the way to it. Host is needed; everything else has a default.
type Target struct {
	Region, Name string // for people: who is meant by an error
	Host         string // name, address, or the directory of a Unix socket
	Port         int    // 0: 5432
	User         string
	Database     string
	SSLMode      string // libpq's words; "": verify-full
	RootCA       string // file of the authority that signed the server's certificate; "": the system's

	// Password gives the password for a new connection. Where it is nil or gives "", PostgreSQL's own ways are tried:
	// PGPASSWORD and the password file (PGPASSFILE, ~/.pgpass). The password is in no error and no log.
	Password func(ctx context.Context) (string, error)
	// Dial connects to host:port, or to a Unix socket; nil: net.Dialer. It also looks names up.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	// Heartbeat is a table (name or schema.name) with a column `at timestamptz` in which something on the primary keeps
	// the newest now(): pg_cron, a systemd timer, the application. The reading user needs SELECT on it. "": none.
	//
	//	CREATE TABLE lifeboat_heartbeat (id int PRIMARY KEY CHECK (id = 1), at timestamptz NOT NULL);
	//	INSERT INTO lifeboat_heartbeat VALUES (1, now());
	//	UPDATE lifeboat_heartbeat SET at = now();  -- every 10 s or so
	Heartbeat string

	ConnectTimeout   time.Duration    // for dialling, TLS and authentication together; 0: 5 s
	StatementTimeout time.Duration    // for each statement, kept by the server; 0: 5 s
	Now              func() time.Time // Lifeboat's clock; nil: time.Now
}

// String names the target in errors: "us-east-1 dev-db (dev-db.abc.rds.amazonaws.com:5432)".
func (t Target) String() string {
	at := t.Host
	if !strings.HasPrefix(at, "/") {
		at = net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
	}
	return strings.TrimSpace(t.Region+" "+t.Name) + " (" + at + ")"
}

func (t Target) withDefaults() Target {
	t.Port = cmp.Or(t.Port, 5432)
	t.SSLMode = cmp.Or(t.SSLMode, "verify-full")
	t.ConnectTimeout = cmp.Or(t.ConnectTimeout, 5*time.Second)
	t.StatementTimeout = cmp.Or(t.StatementTimeout, 5*time.Second)
	if t.Dial == nil {
		t.Dial = new(net.Dialer).DialContext
	}
	if t.Now == nil {
		t.Now = time.Now
	}
	return t
}

// config is the driver's configuration, made anew for each connection so that a changed password file or authority
// is noticed. The password is put in afterwards: a driver's error about the connection string cannot quote it.
func (t Target) config() (*pgconn.Config, error) {
	var s strings.Builder
	set := func(key, value string) { fmt.Fprintf(&s, "%s='%s' ", key, quoting.Replace(value)) }
	set("host", t.Host)
	set("port", strconv.Itoa(t.Port))
	set("user", t.User)
	set("dbname", t.Database)
	set("sslmode", t.SSLMode)
	set("target_session_attrs", "any") // a standby is as welcome as a primary, whatever the environment asks for
	if t.RootCA != "" {
		set("sslrootcert", t.RootCA)
	}
	c, err := pgconn.ParseConfig(s.String())
	if err != nil {
		return nil, err
	}
	// The only startup parameter is one that connection poolers pass on; all others they refuse. So the limits of a
	// reading are set inside each statement's transaction instead (see ask).
	c.RuntimeParams = map[string]string{"application_name": Application}
	c.ConnectTimeout = t.ConnectTimeout
	c.DialFunc = t.Dial
	c.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	return c, nil
}

// quoting is libpq's for values between single quotes.
var quoting = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
