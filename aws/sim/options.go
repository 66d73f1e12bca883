package sim

import (
	"time"

	"lifeboat/aws/sim/public"
)

// Network is where a simulator listens; nil in Options means the operating system's loopback. See NewMemory.
type Network = public.Network

// Options say what is simulated and where. The zero value is the reference estate in real time on a free port.
type Options struct {
	Listen   string           // address of the APIs and the director; "" means 127.0.0.1:0
	Network  Network          // nil: the operating system's
	Speed    float64          // divides every duration; 0: the scenario's, else 1
	Seed     uint64           // 0: the scenario's
	Services int              // services a region; 0: the scenario's, else the reference's
	Scenario *Scenario        // nil: nothing happens by itself
	Now      func() time.Time // the model's clock; nil: time.Now
	CAFile   string           // where the certificate authority is written for clients; "": nowhere
	// IdleExit ends the simulator when nothing has called it for so long; 0: never. What already runs is not waited for.
	IdleExit time.Duration
	Report   func(line string) // what goes wrong in the simulator itself, for a person; nil: nowhere
}

// resolvers is how many resolvers there are, so that a majority of them means something.
const resolvers = 3

// withScenario fills in from the scenario what was not asked for.
func (o Options) withScenario() Options {
	if o.Scenario == nil {
		o.Scenario = &Scenario{}
	}
	if o.Speed <= 0 {
		o.Speed = o.Scenario.Speed
	}
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Seed == 0 {
		o.Seed = o.Scenario.Seed
	}
	if o.Services == 0 {
		o.Services = o.Scenario.Services
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Network == nil {
		o.Network = public.Loopback{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Report == nil {
		o.Report = func(string) {}
	}
	return o
}
