package dr

// String is the level's word in JSON and in plain text.
func (l Level) String() string {
	switch l {
	case Good:
		return "good"
	case Idle:
		return "idle"
	case Warn:
		return "warn"
	case Bad:
		return "bad"
	}
	return "unknown"
}

// gravity orders levels by what a person must hear first. Unknown is graver than well, and lighter than what was seen
// to be wrong.
var gravity = [...]int{Unknown: 2, Good: 0, Idle: 1, Warn: 3, Bad: 4}

// worse is the graver of two levels.
func worse(a, b Level) Level {
	if gravity[b] > gravity[a] {
		return b
	}
	return a
}
