package dr

import (
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

// learn takes what is newer, and says whether anything was.
func (m *edgeMemory) learn(e edge.Snapshot) bool {
	before := *m
	if d := e.Distribution; d.Seen.After(m.DistributionSeen) {
		m.Distribution, m.DistributionSeen = d.Value, d.Seen
	}
	if z := e.Zone; z.Seen.After(m.RecordsSeen) {
		m.Records, m.RecordsSeen = z.Value.Records, z.Seen
	}
	return m.DistributionSeen != before.DistributionSeen || m.RecordsSeen != before.RecordsSeen
}

// fill tells a watch that has not read the edge yet what was read last, with its age.
func (m *edgeMemory) fill(e *edge.Snapshot) {
	if !e.Distribution.Known() && !m.DistributionSeen.IsZero() {
		e.Distribution.Value, e.Distribution.Seen = m.Distribution, m.DistributionSeen
	}
	if !e.Zone.Known() && !m.RecordsSeen.IsZero() {
		e.Zone.Value.Records, e.Zone.Seen = m.Records, m.RecordsSeen
	}
}

// seen is when the older of its parts was read.
func (m *edgeMemory) seen() time.Time {
	if m.RecordsSeen.IsZero() || !m.DistributionSeen.IsZero() && m.DistributionSeen.Before(m.RecordsSeen) {
		return m.DistributionSeen
	}
	return m.RecordsSeen
}

// readEdgeMemory reads what was kept in this machine's directory of an estate; the zero memory where nothing was.
func readEdgeMemory(dir string) (m edgeMemory, err error) {
	data, err := os.ReadFile(filepath.Join(dir, edgeMemoryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	return m, err
}
