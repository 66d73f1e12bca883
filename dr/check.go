package dr

// CheckVerdict is what a readiness check came to. The zero value is CheckUnknown: what could not be looked at has never
// passed.
type CheckVerdict int

const (
	CheckUnknown CheckVerdict = iota
	CheckPass
	CheckWarn
	CheckFail
)

// String is the verdict's word: "pass", "warn", "fail" or "unknown".
func (v CheckVerdict) String() string {
	switch v {
	case CheckPass:
		return "pass"
	case CheckWarn:
		return "warn"
	case CheckFail:
		return "fail"
	}
	return "unknown"
}

// Level is the verdict as a level, for colours and for the order of gravity.
func (v CheckVerdict) Level() Level {
	switch v {
	case CheckPass:
		return Good
	case CheckWarn:
		return Warn
	case CheckFail:
		return Bad
	}
	return Unknown
}

// Check is one readiness check: could users be taken to the other region this minute, and what would stop it? It is data,
// made anew with every estate.
type Check struct {
	ID      string // short and stable: "lag", "images"
	Title   string // "lag against the RPO"
	Verdict CheckVerdict
	Text    string // what was seen, with figures and their ages; never empty
	Remedy  string // what to do about it; "" where there is nothing to do
	Seen    Seen   // of the oldest reading that it was made of

	// Blocking says that a gate must not be passed over it without a typed phrase, Override, and a written reason. It is set
	// only where the check has not passed.
	Blocking bool
	Override string // "go on with an unknown lag"
}
