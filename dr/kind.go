package dr

// Kind is which procedure a run follows.
type Kind string

const (
	Failover   Kind = "failover"   // unplanned: the region being left may not answer
	Switchover Kind = "switchover" // planned: nothing is lost
	Provision  Kind = "provision"  // a phase of the stack, planned, applied and verified
)

// Phrase is what the opening gate of a procedure asks for: it names source and target.
func (k Kind) Phrase(from, to string) string {
	switch k {
	case Switchover:
		return "switch over " + from + " to " + to
	case Provision:
		return "provision " + to + " beside " + from
	}
	return "fail over " + from + " to " + to
}
