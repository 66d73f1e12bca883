package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errNone says that an object, or its bucket, does not exist; errThere that one does which must not.
var (
	errNone     = errors.New("no such object")
	errNoBucket = errors.New("no such bucket")
	errThere    = errors.New("it exists already")
)

// simulator is the cloud as the stand-in reaches it.
type simulator struct {
	address string
	client  *http.Client
}

// ask sends a question and reads its answer into answer.
func (s simulator) ask(ctx context.Context, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+Prefix+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("the simulator at %s does not answer (has it ended?): %w", s.address, err)
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(response.Body).Decode(answer)
	case http.StatusNotFound:
		return errNone
	case http.StatusGone:
		return errNoBucket
	case http.StatusPreconditionFailed:
		return errThere
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	return fmt.Errorf("the simulator at %s: %s: %s", s.address, response.Status, bytes.TrimSpace(said))
}

func (s simulator) estate(ctx context.Context) (e Estate, err error) {
	err = s.ask(ctx, "estate", struct{}{}, &e)
	return e, err
}

// read gives an object's content, errNone where there is none.
func (s simulator) read(ctx context.Context, bucket, key string) ([]byte, error) {
	var f File
	err := s.ask(ctx, "read", File{Bucket: bucket, Key: key}, &f)
	return f.Body, err
}

func (s simulator) write(ctx context.Context, f File) error { return s.ask(ctx, "write", f, &File{}) }

func (s simulator) remove(ctx context.Context, bucket, key string) error {
	return s.ask(ctx, "remove", File{Bucket: bucket, Key: key}, &File{})
}

// begin orders something, and says how far that is at once.
func (s simulator) begin(ctx context.Context, o Order) (w Work, err error) {
	err = s.ask(ctx, "begin", o, &w)
	return w, err
}

func (s simulator) work(ctx context.Context, job int) (w Work, err error) {
	err = s.ask(ctx, "work", Work{Job: job}, &w)
	return w, err
}

// see asks what the cloud says of pieces, in their order.
func (s simulator) see(ctx context.Context, pieces []Piece) (seen []Seen, err error) {
	err = s.ask(ctx, "see", pieces, &seen)
	return seen, err
}
