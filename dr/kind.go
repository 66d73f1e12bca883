package dr

// Kind is which procedure a run follows.
type Kind string

const (
	Failover   Kind = "failover"   // unplanned: the region being left may not answer
	Switchover Kind = "switchover" // planned: nothing is lost
)

// Phrase is what the opening gate of a procedure asks for: it names source and target.
func (k Kind) Phrase(from, to string) string {
	verb := "fail over "
	if k == Switchover {
		verb = "switch over "
	}
	return verb + from + " to " + to
}
