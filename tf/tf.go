// Package tf runs Terraform: it finds the program, gives a root of the stack a working directory of its own, plans to a
// file, reads the plan, applies that very file while it streams what happens, and looks after states. It decides nothing:
// gates, leases and the journal are the engine's.
package tf

import (
	"slices"

	"lifeboat/tf/stack"
)

// Root is a root module of the stack, with a state of its own.
type Root struct {
	Name  string
	Phase string   // the phase of provisioning that it belongs to
	Needs []string // roots whose outputs are its variables, where those roots are ours
	Later []string // roots after it, whose outputs its next plan takes too
	// Standby: all of it is in the standby's region, so that it plans and applies while the other region, IAM, CloudFront
	// and Route 53 do not answer.
	Standby bool
}

// Phases of provisioning, in order. Validation has no root; primary is optional.
var Phases = []string{"foundation", "data", "compute", "failover", "validation"}

// Roots of the stack, each after those that it needs. primary comes second: it is there before all that stands by for it.
var Roots = []Root{
	{Name: "bootstrap", Phase: "foundation"},
	{Name: "primary", Phase: "primary", Needs: []string{"bootstrap"}},
	{Name: "identity", Phase: "foundation", Needs: []string{"bootstrap", "primary"}, Later: []string{"failover"}},
	{Name: "foundation", Phase: "foundation", Needs: []string{"bootstrap", "primary", "identity"}, Standby: true},
	{Name: "source", Phase: "data", Needs: []string{"bootstrap", "primary", "identity"}},
	{Name: "data", Phase: "data", Needs: []string{"bootstrap", "primary", "foundation"}, Standby: true},
	{Name: "compute", Phase: "compute", Needs: []string{"bootstrap", "primary", "identity", "foundation", "data"}, Standby: true},
	{Name: "failover", Phase: "failover", Needs: []string{"bootstrap", "data", "compute"}},
}

// RootOf is the root of this name.
func RootOf(name string) (Root, bool) {
	i := slices.IndexFunc(Roots, func(r Root) bool { return r.Name == name })
	if i < 0 {
		return Root{}, false
	}
	return Roots[i], true
}

// RootsOf are the roots of a phase, in order.
func RootsOf(phase string) []Root {
	return slices.DeleteFunc(slices.Clone(Roots), func(r Root) bool { return r.Phase != phase })
}

// files is the stack that working directories are made of.
var files = stack.Files
