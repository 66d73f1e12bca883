package dr

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// motoState starts plain moto_server, an AWS emulator that others wrote, with an empty bucket in us-west-2, and gives a config whose runs are
// kept there.
func motoState(t *testing.T) *config.Config {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		if os.Getenv("LIFEBOAT_REQUIRE") != "" {
			t.Fatal("moto_server is missing: pip install 'moto[server]==5.2.1'")
		}
		t.Skip("moto_server is missing (pip install 'moto[server]==5.2.1'): journal and lease are not raced on an S3 that others wrote")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	endpoint := "http://127.0.0.1:" + port
	for range 600 {
		if makeBucket(t, endpoint) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	c := &config.Config{Version: 1, Estate: "raced", Strategy: config.WarmStandby, Path: t.TempDir() + "/lifeboat.yaml", Simulated: &config.Simulated{Director: "none"}}
	c.Regions.Primary = config.Region{Name: "us-east-1", Endpoint: endpoint}
	c.Regions.Standby = config.Region{Name: "us-west-2", Endpoint: endpoint}
	c.Journal.Bucket = "lifeboat-runs"
	c.Defaults()
	return c
}

// makeBucket asks moto for the bucket; false while it does not answer yet.
func makeBucket(t *testing.T, endpoint string) bool {
	t.Helper()
	const body = "<CreateBucketConfiguration><LocationConstraint>us-west-2</LocationConstraint></CreateBucketConfiguration>"
	put, err := http.NewRequestWithContext(t.Context(), "PUT", endpoint+"/lifeboat-runs", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	put.Host = "s3.us-west-2.amazonaws.com"
	response, err := http.DefaultClient.Do(put)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// race lets n do something at the same moment, and counts those who did it; all others must have failed as want says.
func race(t *testing.T, n int, do func(i int) error, want func(error) bool) (won int) {
	t.Helper()
	var all sync.WaitGroup
	results := make([]error, n)
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() { <-begin; results[i] = do(i) })
	}
	close(begin)
	all.Wait()
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !want(err):
			t.Errorf("a loser was told: %v", err)
		}
	}
	return won
}

func TestOfManyOperatorsOneGetsTheLeaseAndOneWritesAnEntryOnPlainMotosS3(t *testing.T) {
	c := motoState(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	open := func() *State {
		s, err := OpenState(ctx, c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := open(); !s.Shared || !strings.HasPrefix(s.Where, "s3://lifeboat-runs/lifeboat/") {
		t.Fatalf("the state is %q, shared %t", s.Where, s.Shared)
	}
	const operators = 16
	for round := 1; round <= 5; round++ {
		leases := make([]runbook.Lease, operators)
		grants := make([]runbook.Grant, operators)
		held := func(err error) bool { var h *runbook.HeldError; return errors.As(err, &h) }
		if won := race(t, operators, func(i int) (err error) {
			leases[i] = open().Lease()
			grants[i], err = leases[i].Acquire(ctx, runbook.Claim{Holder: fmt.Sprint("operator ", i), Host: "h", Run: "r"})
			return err
		}, held); won != 1 {
			t.Fatalf("round %d: %d operators hold the lease", round, won)
		}
		for i, g := range grants {
			if g.Fence == 0 {
				continue
			}
			if g.Fence != int64(round) {
				t.Errorf("round %d has fence %d", round, g.Fence)
			}
			if err := leases[i].Release(ctx, g); err != nil {
				t.Fatal(err)
			}
		}
	}
	exists := func(err error) bool { return errors.Is(err, runbook.ErrExists) }
	for seq := int64(1); seq <= 5; seq++ {
		if won := race(t, operators, func(i int) error {
			store, err := open().Archive.Store("20261125T000000.000Z-failover")
			if err != nil {
				return err
			}
			return store.Append(ctx, seq, []byte(fmt.Sprintf(`{"by":%d}`, i)))
		}, exists); won != 1 {
			t.Errorf("entry %d was written by %d", seq, won)
		}
	}
	store, _ := open().Archive.Store("20261125T000000.000Z-failover")
	if records, err := store.Read(ctx, 1); err != nil || len(records) != 5 {
		t.Errorf("%d entries are read, %v", len(records), err)
	}
}
