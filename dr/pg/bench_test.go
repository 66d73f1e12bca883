package pg_test

import (
	"net"
	"testing"

	"lifeboat/aws/sim/pgwire"
	"lifeboat/dr/pg"
)

// BenchmarkReading is one reading of a simulated primary over loopback, on an open connection: five questions.
func BenchmarkReading(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = pgwire.Serve(b.Context(), l, &simulated{state: primaryDatabase()}) }()
	target := (&simulated{}).target()
	target.Host, target.Port, target.Dial = "127.0.0.1", l.Addr().(*net.TCPAddr).Port, nil
	r := pg.NewReader(target)
	defer r.Close()
	for b.Loop() {
		if _, err := r.Read(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
