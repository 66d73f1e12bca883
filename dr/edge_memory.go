package dr

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lifeboat/aws/edge"
)

// edgeMemory is where users were sent when it was read last. In the hour in which it is needed CloudFront's control plane, which
// lives in us-east-1, may not answer, nor Cloudflare's: a plan is then made of it, and every record is looked at by its id before it
// is changed.
type edgeMemory struct {
	Distribution     edge.Distribution `json:"distribution"`
	DistributionSeen time.Time         `json:"distribution_seen,omitzero"`
	Records          []edge.Record     `json:"records"`
	RecordsSeen      time.Time         `json:"records_seen,omitzero"`
}

const edgeMemoryFile = "edge.json"

// RememberEdge keeps on this machine what a watch sees of the edge, until ctx ends.
func RememberEdge(ctx context.Context, w *Watch, s *State) {
	news, stop := w.Subscribe()
	defer stop()
	m, _ := s.edge() // one that cannot be read is written anew
	for {
		select {
		case <-ctx.Done():
			return
		case e, open := <-news:
			if !open {
				return
			}
			if m.learn(e) {
				_ = writeJSON(filepath.Join(s.Dir, edgeMemoryFile), m) // a plan says so where there is none
			}
		}
	}
}

// learn takes what is newer, and says whether anything was.
func (m *edgeMemory) learn(e *Estate) bool {
	d, z := e.Edge.Distribution, e.Edge.Zone
	before := *m
	if d.Seen.After(m.DistributionSeen) {
		m.Distribution, m.DistributionSeen = d.Value, d.Seen
	}
	if z.Seen.After(m.RecordsSeen) {
		m.Records, m.RecordsSeen = z.Value.Records, z.Seen
	}
	return m.DistributionSeen != before.DistributionSeen || m.RecordsSeen != before.RecordsSeen
}

// seen is when the older of its parts was read.
func (m *edgeMemory) seen() time.Time {
	if m.RecordsSeen.IsZero() || !m.DistributionSeen.IsZero() && m.DistributionSeen.Before(m.RecordsSeen) {
		return m.DistributionSeen
	}
	return m.RecordsSeen
}

// edge is what was kept; the zero memory where nothing was.
func (s *State) edge() (m edgeMemory, err error) {
	data, err := os.ReadFile(filepath.Join(s.Dir, edgeMemoryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	return m, err
}
