//go:build unix

package pg_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lifeboat/dr/pg"
)

const superPassword = "for the tests only"

// cluster is a real PostgreSQL server with its own data directory, on loopback and TLS.
type cluster struct {
	bin  string // where its programs are
	run  *syscall.SysProcAttr
	dir  string // everything of it; data in data/
	name string
	port int
}

// needPostgres finds PostgreSQL's programs, or skips; where LIFEBOAT_REQUIRE is set, it fails instead.
func needPostgres(t *testing.T) (bin string) {
	t.Helper()
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return major(b) - major(a) })
	if onPath, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(onPath); err == nil {
			dirs = append([]string{filepath.Dir(real)}, dirs...)
		}
	}
	for _, dir := range dirs {
		if hasAll(dir, "initdb", "pg_ctl", "postgres", "pg_basebackup") {
			return dir
		}
	}
	missing(t, "PostgreSQL's initdb, pg_ctl, postgres and pg_basebackup are not here, neither on PATH nor in /usr/lib/postgresql")
	return ""
}

func major(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

func hasAll(dir string, programs ...string) bool {
	return !slices.ContainsFunc(programs, func(p string) bool {
		_, err := exec.LookPath(filepath.Join(dir, p))
		return err != nil
	})
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("LIFEBOAT_REQUIRE") != "" {
		t.Fatalf("%s, and LIFEBOAT_REQUIRE is set", what)
	}
	t.Skip(what)
}

// unprivileged is whom the servers run as: PostgreSQL refuses root.
func unprivileged(t *testing.T) (run *syscall.SysProcAttr, uid, gid int) {
	t.Helper()
	if os.Getuid() != 0 {
		return nil, os.Getuid(), os.Getgid()
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ = strconv.Atoi(u.Uid)
			gid, _ = strconv.Atoi(u.Gid)
			return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, uid, gid
		}
	}
	missing(t, "running as root, and there is no user postgres or nobody to run PostgreSQL as")
	return nil, 0, 0
}

// newCluster makes room for a server; what is in it comes from initdb or pg_basebackup.
func newCluster(t *testing.T, name string) *cluster {
	t.Helper()
	c := &cluster{bin: needPostgres(t), name: name, dir: t.TempDir()}
	var uid, gid int
	c.run, uid, gid = unprivileged(t)
	for _, dir := range []string{filepath.Dir(c.dir), c.dir} { // Go makes them for this user alone
		must(t, os.Chmod(dir, 0o755))
	}
	must(t, os.Chown(c.dir, uid, gid))
	if out, err := c.command("initdb", "--version").CombinedOutput(); err != nil {
		missing(t, fmt.Sprintf("PostgreSQL's user cannot run it in %s: %v %s", c.dir, err, out))
	}
	c.write(t, "password", superPassword)
	t.Cleanup(func() { _ = c.command("pg_ctl", "-D", c.data(), "-m", "immediate", "stop").Run() })
	return c
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// write puts a file that only the server's user may read into its directory, as PostgreSQL wants of a key.
func (c *cluster) write(t *testing.T, file, content string) {
	t.Helper()
	path := filepath.Join(c.dir, file)
	must(t, os.WriteFile(path, []byte(content), 0o600))
	if c.run != nil {
		must(t, os.Chown(path, int(c.run.Credential.Uid), int(c.run.Credential.Gid)))
	}
}

func (c *cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.SysProcAttr, cmd.Dir = c.run, c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+c.dir, "PGPASSWORD="+superPassword, "PGPASSFILE=", "PGSSLMODE=require", "PGSSLROOTCERT=")
	return cmd
}

func (c *cluster) do(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := c.command(program, args...).CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		t.Fatalf("%s of the %s: %v\n%s\n%s", program, c.name, err, out, log)
	}
}

// settings make a server fast, talkative on loopback only, and strict about who comes in.
const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
ssl = on
ssl_cert_file = '%[1]s/cert.pem'
ssl_key_file = '%[1]s/key.pem'
hba_file = '%[1]s/hba.conf'
fsync = off
shared_buffers = 8MB
max_connections = 20
max_wal_senders = 3
wal_level = replica
hot_standby = on
autovacuum = off
max_slot_wal_keep_size = 64MB
wal_receiver_status_interval = 1s
cluster_name = '%[2]s'
`

// configure writes the server's files; extra lines go last and win.
func (c *cluster) configure(t *testing.T, cert, key []byte, extra string) {
	t.Helper()
	c.write(t, "cert.pem", string(cert))
	c.write(t, "key.pem", string(key))
	c.write(t, "hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl replication all 127.0.0.1/32 scram-sha-256\n")
	c.write(t, "data/postgresql.auto.conf", fmt.Sprintf(settings, c.dir, c.name)+extra)
}

// start starts the server on a free port. Somebody may take the port in between, hence more than one try.
func (c *cluster) start(t *testing.T, wait ...string) {
	t.Helper()
	var out []byte
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		must(t, l.Close())
		if c.port == 0 {
			c.port = port
		}
		args := append([]string{"-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-t", "30", "-o", "-p " + strconv.Itoa(c.port)}, wait...)
		if out, err = c.command("pg_ctl", append(args, "start")...).CombinedOutput(); err == nil {
			return
		}
		c.port = 0
	}
	log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
	t.Fatalf("the %s does not start: %s\n%s", c.name, out, log)
}

func (c *cluster) stop(t *testing.T) {
	t.Helper()
	c.do(t, "pg_ctl", "-D", c.data(), "-m", "fast", "stop")
}

// super is a session of the superuser, under an application name of its own.
func (c *cluster) super(t *testing.T, application string) *pgconn.PgConn {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), fmt.Sprintf("host=127.0.0.1 port=%d user=boss dbname=postgres password='%s' sslmode=require application_name='%s'",
		c.port, superPassword, application))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (c *cluster) sql(t *testing.T, statements ...string) {
	t.Helper()
	conn := c.super(t, "test")
	for _, s := range statements {
		_, err := conn.Exec(t.Context(), s).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	must(t, conn.Close(t.Context()))
}

// target is the way in for the user that Lifeboat's documentation asks for: pg_monitor, and no more.
func (c *cluster) target(name, ca string) pg.Target {
	return pg.Target{
		Region: "here", Name: name, Host: "127.0.0.1", Port: c.port, User: "watcher", Database: "postgres", RootCA: ca,
		Password: func(context.Context) (string, error) { return "watch", nil }, Heartbeat: "public.lifeboat_heartbeat",
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually asks until it is so. Real servers take a moment to pass things on.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come to pass that %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// startPair makes a primary and a standby that streams from it through a slot; ca is what their certificate is
// checked against.
func startPair(t *testing.T) (primary, standby *cluster, ca string) {
	t.Helper()
	primary, standby = newCluster(t, "primary"), newCluster(t, "standby")
	cert, key := certificate(t, time.Now(), "127.0.0.1")
	ca = filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(ca, cert, 0o600))

	primary.do(t, "initdb", "-D", primary.data(), "-U", "boss", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync",
		"--pwfile", filepath.Join(primary.dir, "password"))
	primary.configure(t, cert, key, "")
	primary.start(t)
	primary.sql(t,
		"CREATE TABLE lifeboat_heartbeat (id int PRIMARY KEY CHECK (id = 1), at timestamptz NOT NULL)",
		"INSERT INTO lifeboat_heartbeat VALUES (1, now())",
		"CREATE TABLE letters (n serial, body text)",
		"CREATE USER watcher PASSWORD 'watch'", "GRANT pg_monitor TO watcher", "GRANT SELECT ON lifeboat_heartbeat TO watcher",
		"CREATE USER nobody_special PASSWORD 'watch'",
		"SELECT pg_create_physical_replication_slot('west', true)")

	standby.do(t, "pg_basebackup", "-h", "127.0.0.1", "-p", strconv.Itoa(primary.port), "-U", "boss", "-D", standby.data(),
		"-c", "fast", "-X", "stream", "--no-sync", "-S", "west")
	source := fmt.Sprintf("host=127.0.0.1 port=%d user=boss password='%s' sslmode=require", primary.port, superPassword)
	standby.configure(t, cert, key, "primary_conninfo = '"+strings.ReplaceAll(source, "'", "''")+"'\nprimary_slot_name = 'west'\nmax_slot_wal_keep_size = -1\n")
	standby.write(t, "data/standby.signal", "")
	standby.start(t)
	return primary, standby, ca
}
