package runbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"lifeboat/aws/fault"
)

// EntryKind is what a journal entry says.
type EntryKind string

const (
	EntryPlan     EntryKind = "plan"     // the first entry: the steps, the mode, the pins
	EntryResumed  EntryKind = "resumed"  // another process took the run up
	EntryPinned   EntryKind = "pinned"   // a decision made in the middle: Name and Value
	EntryMode     EntryKind = "mode"     // the run goes on in another mode
	EntryBegan    EntryKind = "began"    // a step's dependencies are over, it is looked at
	EntryAsked    EntryKind = "asked"    // a question is open: Question
	EntryAnswered EntryKind = "answered" // it was answered: Answer
	EntryIntent   EntryKind = "intent"   // Do (or Undo) is about to be called
	EntryOutcome  EntryKind = "outcome"  // what came of it: Result
	EntryNote     EntryKind = "note"     // a step's own words
	EntryFailed   EntryKind = "failed"   // an attempt failed
	EntryDone     EntryKind = "done"     // the step is over and so; Result "already so" where nothing was done
	EntrySkipped  EntryKind = "skipped"  // the operator goes on without it
	EntryNotDone  EntryKind = "not done" // its deadline passed, the run goes on without it
	EntryLeftOut  EntryKind = "left out" // it belongs to planned runs only
	EntryWouldDo  EntryKind = "would do" // dry run: Do would have been called
	EntryUndoing  EntryKind = "undoing"  // from here on the run takes back what it did
	EntryUndone   EntryKind = "undone"   // a step was taken back, or was found so
	EntryOpen     EntryKind = "open"     // all is over but steps that are kept being tried
	EntryStopped  EntryKind = "stopped"  // the run stopped and can be resumed
	EntryEnded    EntryKind = "ended"    // the run is over: Result is its Ending
)

// Outcome is what came of a Do, or how a step or a run ended.
type Outcome string

const (
	OutcomeDone      Outcome = "done"
	OutcomeUnchanged Outcome = "unchanged" // the cloud said no: nothing was changed
	OutcomeUnknown   Outcome = "unknown"   // no answer, or one that does not tell
	OutcomeAlready   Outcome = "already so"
)

// Entry is one action in the journal. Seq counts from 1; At is the writing machine's clock and never decides anything;
// By and Host are who ran the engine, and Fence is the lease's number then. Which other fields are set depends on Kind.
type Entry struct {
	Seq   int64     `json:"seq"`
	Prev  string    `json:"prev"` // the hash of the entry before it, hex; zeros in the first
	At    time.Time `json:"at"`
	Run   string    `json:"run"`
	Kind  EntryKind `json:"kind"`
	Fence int64     `json:"fence,omitempty"`
	By    string    `json:"by,omitempty"`
	Host  string    `json:"host,omitempty"`

	Step     string     `json:"step,omitempty"`
	Try      int        `json:"try,omitempty"`
	Undo     bool       `json:"undo,omitempty"` // the intent or outcome is of Undo
	Result   Outcome    `json:"result,omitempty"`
	Fault    fault.Kind `json:"fault,omitempty"`
	Text     string     `json:"text,omitempty"`
	Waited   Wait       `json:"waited,omitzero"`  // intent and done: how long the step has waited for people so far
	Reason   string     `json:"reason,omitempty"` // written by the operator
	Name     string     `json:"name,omitempty"`
	Value    string     `json:"value,omitempty"`
	Mode     Mode       `json:"mode,omitempty"`
	Plan     *Plan      `json:"plan,omitempty"`
	Question *Question  `json:"question,omitempty"`
	Answer   *Answer    `json:"answer,omitempty"`

	Hash string `json:"-"` // of this entry, hex: SHA-256 of its bytes without this field
}

// Wait is a time in the journal, in words that a person can read: "7m2s".
type Wait time.Duration

// MarshalText writes the time as Go writes durations.
func (w Wait) MarshalText() ([]byte, error) { return []byte(time.Duration(w).String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (w *Wait) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*w = Wait(d)
	return err
}

// Plan is a procedure as the journal keeps it, so that a run can be shown, estimated and checked without the program
// that made it.
type Plan struct {
	Name      string        `json:"name"`
	Title     string        `json:"title"`
	From      string        `json:"from"`
	To        string        `json:"to"`
	Mode      Mode          `json:"mode"`
	DryRun    bool          `json:"dry_run,omitempty"`
	Pins      Pins          `json:"pins,omitempty"`
	Overrides []Override    `json:"overrides,omitempty"`
	Steps     []PlannedStep `json:"steps"`
}

// PlannedStep is what a journal keeps of a step.
type PlannedStep struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Why     string   `json:"why,omitempty"`
	After   []string `json:"after,omitempty"`
	Calls   []Call   `json:"calls,omitempty"`
	Undoing UndoCost `json:"undoing,omitempty"`
	Gate    string   `json:"gate,omitempty"` // the gate's id
	Commit  bool     `json:"commit,omitempty"`
	Safety  bool     `json:"safety,omitempty"`

	PlannedOnly bool `json:"planned_only,omitempty"`
}

const (
	zeroHash = "0000000000000000000000000000000000000000000000000000000000000000"
	hashMark = `,"hash":"`
	hashSize = len(hashMark) + 64 + len(`"}`)
)

// seal writes an entry as one line of JSON whose last field is the hash of all before it.
func (e *Entry) seal() ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	e.Hash = hashOf(body)
	return append(body[:len(body)-1], hashMark+e.Hash+`"}`...), nil
}

// unseal reads a line and holds it against its own hash.
func unseal(line []byte) (Entry, error) {
	var e Entry
	at := len(line) - hashSize
	if at < 1 || !bytes.HasPrefix(line[at:], []byte(hashMark)) || !bytes.HasSuffix(line, []byte(`"}`)) {
		return e, fmt.Errorf("it is not an entry")
	}
	body := append(bytes.Clone(line[:at]), '}')
	e.Hash = string(line[at+len(hashMark) : len(line)-2])
	if hashOf(body) != e.Hash {
		return e, fmt.Errorf("its bytes are not those that its hash was made of")
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("it is not an entry: %w", err)
	}
	return e, nil
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// tornStart says whether bytes can be the beginning of the entry that was due at a place: what a crash in the middle of
// a write leaves. Zeros at the end are a file that grew before its bytes came.
func tornStart(data []byte, seq int64, prev string) bool {
	data = bytes.TrimRight(data, "\x00")
	start := fmt.Sprintf(`{"seq":%d,"prev":"%s","at":"`, seq, prev)
	if json.Valid(data) && len(data) > 0 {
		e, err := unseal(data)
		return err == nil && e.Seq == seq && e.Prev == prev
	}
	n := min(len(start), len(data))
	return strings.HasPrefix(start, string(data[:n]))
}
