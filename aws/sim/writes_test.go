package sim

import (
	"fmt"
	"testing"
	"time"
)

// listed are the numbers of the rows that a site's database shows.
func (w *world) listed(t *testing.T, region int) string {
	t.Helper()
	d := w.Description()
	g := w.mustAsk(t, "GET", d.Edge.Write.URL, d.Regions[region].Probe.Dial, "")
	numbers := []any{}
	for _, r := range g.json(t)["rows"].([]any) {
		numbers = append(numbers, r.(map[string]any)["n"])
	}
	return fmt.Sprint(numbers)
}

func TestAWriteLandsInTheWriterAndReachesTheReplicaAfterItsLag(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		w.direct(t, "stall-replica", "1m")
		for n := range 3 {
			g := w.mustAsk(t, "POST", d.Edge.Write.URL, "", fmt.Sprintf(`{"n": %d, "text": "row"}`, n))
			a := g.json(t)
			if g.status != 201 || a["environment"] != "primary" || a["n"] != float64(n) || a["lsn"] == "" || a["text"] != "row" {
				t.Fatalf("writing row %d answers %d: %s", n, g.status, g.body)
			}
		}
		if rows := w.listed(t, 0); rows != "[0 1 2]" {
			t.Errorf("the writer shows %s", rows)
		}
		if rows := w.listed(t, 1); rows != "[]" {
			t.Errorf("a replica that receives nothing shows %s", rows)
		}
		time.Sleep(5 * time.Minute)
		if rows := w.listed(t, 1); rows != "[0 1 2]" {
			t.Errorf("the replica that has caught up shows %s", rows)
		}
	})
}

func TestAWriteToTheReplicaIsRefusedAndLeavesNothing(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		g := w.mustAsk(t, "POST", d.Edge.Write.URL, d.Regions[1].Probe.Dial, `{"n": 1, "text": "row"}`)
		if g.status != 500 || g.json(t)["error"] != "cannot execute INSERT in a read-only transaction" {
			t.Errorf("writing on the standby answers %d: %s", g.status, g.body)
		}
		time.Sleep(time.Minute)
		if rows := w.listed(t, 0); rows != "[]" {
			t.Errorf("the writer shows %s", rows)
		}
	})
}

func TestARowOfAnotherFormIsListedAsItIs(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		d := w.Description()
		if g := w.mustAsk(t, "POST", d.Edge.Write.URL, "", "not JSON"); g.status != 201 || g.json(t)["text"] != "not JSON" {
			t.Errorf("answers %d: %s", g.status, g.body)
		}
	})
}
