package views

import (
	"time"

	"lifeboat/dr"
	"lifeboat/dr/runbook"
)

// Names that dr/runbook is about to have.
const (
	askForCode = runbook.QuestionKind("code")
	lookAgain  = runbook.Choice("look again")
	callOff    = runbook.Choice("call off")
	calledOff  = runbook.Ending("called off")
)

// checks are the readiness checks, until dr makes them.
func checks(*dr.Estate, string, dr.Kind) []dr.Check { return nil }

// serveTime is how long it took to serve again by past runs, until an estate has its record.
func serveTime(*dr.Estate) (time.Duration, string) { return 0, "" }
