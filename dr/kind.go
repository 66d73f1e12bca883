package dr

// Kind is which procedure a run follows.
type Kind string

const (
	Failover   Kind = "failover"   // unplanned: the region being left may not answer
	Switchover Kind = "switchover" // planned: nothing is lost
	Provision  Kind = "provision"  // a phase of the stack, planned, applied and verified
	Reprotect  Kind = "reprotect"  // a standby is made anew in the region that was left; users do not notice
	Failback   Kind = "failback"   // a switchover to the primary as built, and a standby where users were
	Strategy   Kind = "strategy"   // the standby stands by in another way, cheaper or sooner there; users do not notice
	Deactivate Kind = "deactivate" // a cold standby or pilot light that has taken over rests again, once users are home
)

// planned says whether a procedure needs both regions, and loses nothing.
func (k Kind) planned() bool { return k != Failover }

// Moves says whether a procedure takes users to another region.
func (k Kind) Moves() bool { return k == Failover || k == Switchover || k == Failback }

// rebuilds says whether a procedure makes a standby anew in the region that was left.
func (k Kind) rebuilds() bool { return k == Reprotect || k == Failback }

// like is the procedure by whose criteria this one is judged.
func (k Kind) like() Kind {
	if k == Failback {
		return Switchover
	}
	return k
}

// Phrase is what the opening gate of a procedure asks for: it names source and target. From is the region that is left, or that was left
// and shall stand by; to is that of the writer.
func (k Kind) Phrase(from, to string) string {
	switch k {
	case Switchover:
		return "switch over " + from + " to " + to
	case Reprotect:
		return "reprotect " + from + " from " + to
	case Failback:
		return "fail back " + from + " to " + to
	case Provision:
		return "provision " + to + " beside " + from
	case Strategy:
		return "change the strategy of " + to + " beside " + from
	case Deactivate:
		return "deactivate " + to
	}
	return "fail over " + from + " to " + to
}
