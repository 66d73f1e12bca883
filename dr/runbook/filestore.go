package runbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// fileFollow is how often a followed file is looked at.
const fileFollow = 250 * time.Millisecond

// FileStore keeps a run's journal as a file of JSON lines on this machine. Line n is entry n. An entry is durable when
// the file, and at first its directory, have been synced. Appends are guarded by a lock beside the file, so that two
// processes cannot both write the same place.
type FileStore struct {
	path string

	mu    sync.Mutex
	size  int64 // of the file as last seen, with whole lines only
	lines int64
}

// NewFileStore is the journal at a path. The file is made by the first Append; its directory must be there.
func NewFileStore(path string) *FileStore { return &FileStore{path: path} }

// Append writes one line, and cuts off again what could not be written whole.
func (s *FileStore) Append(ctx context.Context, seq int64, entry []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := waitLock(ctx, s.path+".lock", lockWait)
	if err != nil {
		return fmt.Errorf("lock %s: %w", s.path, err)
	}
	defer lock.Close()
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.count(f); err != nil {
		return err
	}
	switch {
	case seq <= s.lines:
		return ErrExists
	case seq > s.lines+1:
		return fmt.Errorf("%s: entry %d cannot follow entry %d", s.path, seq, s.lines)
	}
	return s.write(f, entry)
}

func (s *FileStore) write(f *os.File, entry []byte) error {
	line := append(bytes.Clone(entry), '\n')
	_, err := f.WriteAt(line, s.size)
	if err == nil {
		err = f.Sync()
	}
	if err == nil && s.lines == 0 {
		err = syncDir(filepath.Dir(s.path))
	}
	if err != nil {
		_ = f.Truncate(s.size) // what stays is a torn line, which a resume takes away
		return err
	}
	s.size, s.lines = s.size+int64(len(line)), s.lines+1
	return nil
}

// count brings size and lines up to what the file holds; a torn last line is an error.
func (s *FileStore) count(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == s.size {
		return err
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		return fmt.Errorf("%s: its last line is torn; resume the run to have it taken away", s.path)
	}
	s.size, s.lines = int64(len(data)), int64(bytes.Count(data, []byte("\n")))
	return nil
}

// Read returns the lines from a place on; a last one without its end is torn.
func (s *FileStore) Read(_ context.Context, from int64) ([]Record, error) {
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Record
	for seq := int64(1); len(data) > 0; seq++ {
		line, rest, ended := bytes.Cut(data, []byte("\n"))
		data = rest
		if seq >= from {
			out = append(out, Record{Seq: seq, Data: line, Torn: !ended})
		}
	}
	return out, nil
}

// Follow looks at the file four times a second.
func (s *FileStore) Follow(ctx context.Context, from int64, each func(Record) error) error {
	return follow(ctx, s, from, fileFollow, each)
}

// Trim cuts off a torn last line.
func (s *FileStore) Trim(ctx context.Context, seq int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := waitLock(ctx, s.path+".lock", lockWait)
	if err != nil {
		return fmt.Errorf("lock %s: %w", s.path, err)
	}
	defer lock.Close()
	data, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	whole := int64(bytes.LastIndexByte(data, '\n') + 1)
	if lines := int64(bytes.Count(data, []byte("\n"))); lines != seq-1 || whole == int64(len(data)) {
		return fmt.Errorf("%s: entry %d is not a torn last one", s.path, seq)
	}
	f, err := os.OpenFile(s.path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return errors.Join(f.Truncate(whole), f.Sync())
}

// FileArchive keeps the journals of an estate's runs in one directory, one file a run.
type FileArchive struct{ Dir string }

const journalEnd = ".jsonl"

// Runs lists the journals by name; a directory that is not there has none.
func (a FileArchive) Runs(context.Context) ([]string, error) {
	entries, err := os.ReadDir(a.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if run, ok := strings.CutSuffix(e.Name(), journalEnd); ok {
			out = append(out, run)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Store is the journal of one run. It makes the directory.
func (a FileArchive) Store(run string) (Store, error) {
	if run == "" || run != filepath.Base(run) {
		return nil, fmt.Errorf("%q is not the id of a run", run)
	}
	if err := os.MkdirAll(a.Dir, 0o700); err != nil {
		return nil, err
	}
	return NewFileStore(filepath.Join(a.Dir, run+journalEnd)), nil
}
