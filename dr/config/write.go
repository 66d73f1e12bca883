package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// marker is the first line of every config that Lifeboat wrote, and how it knows its own again.
const marker = "# Written by lifeboat, which may write it again. Delete this line to make the file yours.\n"

// NotOursError says that a file stands where a config should be written, and that Lifeboat did not write it.
type NotOursError struct{ Path string }

func (e *NotOursError) Error() string {
	return e.Path + " is there already and was not written by lifeboat; name another file, or move it away"
}

// Write writes c to path as lifeboat.yaml: whole or not at all, readable by its owner only, with comments that
// explain. It overwrites only what it wrote itself; another file there is a *NotOursError. A config that could not be
// read again is not written.
func Write(path string, c *Config) error {
	data, err := Marshal(c)
	if err != nil {
		return err
	}
	if err := Writable(path); err != nil {
		return err
	}
	return replace(path, data)
}

// Marshal is the text that Write writes.
func Marshal(c *Config) ([]byte, error) {
	body, err := yaml.MarshalWithOptions(c, yaml.IndentSequence(true), yaml.UseSingleQuote(false), yaml.WithComment(comments()))
	if err != nil {
		return nil, fmt.Errorf("could not write the config of %s as YAML: %w", c.Estate, err)
	}
	data := append([]byte(marker), body...)
	if _, err := Parse(FileName, data); err != nil {
		return nil, fmt.Errorf("this config could not be read again, so it is not written:\n%w", err)
	}
	return data, nil
}

// Writable says whether Write may write at path: nothing is there, or what Lifeboat wrote. The error is otherwise a
// *NotOursError, or why it could not be told.
func Writable(path string) error {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("could not look at what is at %s: %w", path, err)
	case !bytes.HasPrefix(data, []byte(marker)):
		return &NotOursError{Path: path}
	}
	return nil
}

// replace puts data at path by way of a file beside it, so that a reader sees the old one or the new one.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".lifeboat-*.yaml") // mode 0600
	if err != nil {
		return fmt.Errorf("could not write the config: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("could not write the config: %w", err)
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// comments explain a written config to who opens it.
func comments() yaml.CommentMap {
	heads := map[string]string{
		"$.objectives":      " How much data may be lost (rpo), and how long users may wait (rto).",
		"$.regions":         " The two regions as they were built. Who serves and who writes is read, not written here.",
		"$.services":        " What the estate runs: tasks when its region serves (full) and when it stands by (standby).",
		"$.edge":            " Where users are sent, and the questions that prove who serves.",
		"$.refresh":         " How often things are read.",
		"$.waits":           " How long Lifeboat waits for an answer, and for how many periods before silence is called dark.",
		"$.terraform":       " What Lifeboat provisions, and with which inputs of its stack.",
		"$.simulated":       " This estate is a simulation: every screen says so.",
		"$.regions.primary": " environment is what this region's health answer says it is.",
	}
	m := yaml.CommentMap{}
	for path, text := range heads {
		m[path] = []*yaml.Comment{yaml.HeadComment(text)}
	}
	return m
}
