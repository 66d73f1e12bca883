package cloud

import "fmt"

// Refusal is how AWS refuses a call: its HTTP status, its code, its words.
type Refusal struct {
	Status        int
	Code, Message string
	Header        map[string]string // sent with it; nil: none
}

// Error says code and words.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// refuse refuses what the caller should not have asked for.
func refuse(code, format string, args ...any) error {
	return &Refusal{Status: 400, Code: code, Message: fmt.Sprintf(format, args...)}
}

// absent refuses because something does not exist.
func absent(code, format string, args ...any) error {
	return &Refusal{Status: 404, Code: code, Message: fmt.Sprintf(format, args...)}
}
