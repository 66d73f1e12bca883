package runbook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Answers are those to one run's questions, in objects beside its journal's: <prefix>answers/<run>/.
func (a ObjectArchive) Answers(run string) (*Answers, error) {
	if run == "" || run != path.Base(run) {
		return nil, fmt.Errorf("%q is not the id of a run", run)
	}
	return &Answers{a.Objects, a.Prefix + "answers/" + run + "/"}, nil
}

// Answers are those to one run's questions, in a directory beside its journal: <run>.answers.
func (a FileArchive) Answers(run string) (*Answers, error) {
	if run == "" || run != filepath.Base(run) {
		return nil, fmt.Errorf("%q is not the id of a run", run)
	}
	return &Answers{folder(filepath.Join(a.Dir, run+".answers")), ""}, nil
}

// folder is a directory as a shelf; keys are names of files. A file that is still being written reads as cut off.
type folder string

func (f folder) PutIfAbsent(_ context.Context, key string, body []byte) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(string(f), key), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return ErrPrecondition
	}
	if err != nil {
		return err
	}
	_, err = file.Write(body)
	return errors.Join(err, file.Sync(), file.Close())
}

func (f folder) Get(_ context.Context, key string) (Object, error) {
	body, err := os.ReadFile(filepath.Join(string(f), key))
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, nil
	}
	return Object{Found: err == nil, Body: body}, err
}

func (f folder) List(_ context.Context, prefix, after, _ string) ([]string, error) {
	entries, err := os.ReadDir(string(f)) // sorted by name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && e.Name() > after {
			out = append(out, e.Name())
		}
	}
	return out, nil
}
