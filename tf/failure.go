package tf

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Failure is what Terraform said when it did not do what was asked.
type Failure struct {
	Op       string // init, plan, apply, ...
	Root     string
	Problems []Diagnostic // at least one, unless Terraform died without a word
	Lock     *Lock        // who holds the state, where that is the reason
	Log      string       // the file with all that was said, "" for none
	Cause    error
}

func (f *Failure) Error() string {
	said := make([]string, len(f.Problems))
	for i, p := range f.Problems {
		said[i] = p.Words()
	}
	if len(said) == 0 && f.Cause != nil {
		said = []string{f.Cause.Error()}
	}
	return fmt.Sprintf("terraform %s of %s: %s", f.Op, f.Root, strings.Join(said, "; "))
}

func (f *Failure) Unwrap() error { return f.Cause }

// Lock is a state that another process holds.
type Lock struct {
	ID        string
	Path      string // the state's bucket and key, or file
	Operation string // OperationTypeApply
	Who       string // user@host
	Version   string
	Created   time.Time // zero where it cannot be read
}

// Age is how long the state has been held, 0 where that cannot be told.
func (l Lock) Age(now time.Time) time.Duration {
	if l.Created.IsZero() {
		return 0
	}
	return now.Sub(l.Created)
}

var lockField = regexp.MustCompile(`(?m)^\s*(ID|Path|Operation|Who|Version|Created):\s*(.*?)\s*$`)

// lockIn reads Terraform's account of a state lock out of what it said.
func lockIn(problems []Diagnostic) *Lock {
	for _, p := range problems {
		if !strings.Contains(p.Summary, "acquiring the state lock") {
			continue
		}
		l := &Lock{}
		for _, m := range lockField.FindAllStringSubmatch(p.Detail, -1) {
			switch m[1] {
			case "ID":
				l.ID = m[2]
			case "Path":
				l.Path = m[2]
			case "Operation":
				l.Operation = m[2]
			case "Who":
				l.Who = m[2]
			case "Version":
				l.Version = m[2]
			case "Created":
				l.Created, _ = time.Parse("2006-01-02 15:04:05.999999999 -0700 MST", m[2])
			}
		}
		if l.ID != "" {
			return l
		}
	}
	return nil
}

// LockOf is the lock that made a call fail, nil where that was not the reason.
func LockOf(err error) *Lock {
	var f *Failure
	if errors.As(err, &f) {
		return f.Lock
	}
	return nil
}

var alreadyThere = regexp.MustCompile(`(?i)AlreadyExists|already exists|BucketAlreadyOwnedByYou|DuplicateResource|ResourceExistsException|AlreadyOwnedByYou|was not idempotent`)

// Existing are the addresses of resources that could not be made because they are there already: they can be imported.
func (f *Failure) Existing() []string {
	var found []string
	for _, p := range f.Problems {
		if p.Address != "" && alreadyThere.MatchString(p.Summary+" "+p.Detail) {
			found = append(found, p.Address)
		}
	}
	return found
}

// fromStderr makes a diagnostic of what Terraform printed where it was not asked for JSON: its boxes are taken off.
func fromStderr(err error) []Diagnostic {
	var lines []string
	for _, l := range strings.Split(saying(err), "\n") {
		l = strings.TrimSpace(strings.Trim(l, "│╷╵ \t"))
		if l != "" && !strings.HasPrefix(l, "exit status") {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return []Diagnostic{{Summary: strings.TrimPrefix(lines[0], "Error: "), Detail: strings.Join(lines[1:], "\n")}}
}

// saying is what an error says. terraform-exec's own for a command that was cancelled as it started holds none, and panics.
func saying(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "it was cancelled"
		}
	}()
	return err.Error()
}

func place(file string, line int) string { return fmt.Sprintf("%s:%d", file, line) }
