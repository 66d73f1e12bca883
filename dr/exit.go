package dr

// Exit codes of `lifeboat status`.
const (
	ExitHealthy  = 0 // a region is proven to serve, and the other could take over
	ExitDegraded = 1 // something was seen that is not well
	ExitUnknown  = 2 // it could not be told
)

// Exit is the exit code that stands for the estate's verdict.
func (e *Estate) Exit() int {
	switch e.Verdict.Level {
	case Good, Idle:
		return ExitHealthy
	case Warn, Bad:
		return ExitDegraded
	}
	return ExitUnknown
}
