package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lifeboat/aws/sim"
	"lifeboat/dr"
	"lifeboat/dr/config"
)

// simFlags are what a simulated estate is like. demo and sim have them both.
type simFlags struct {
	speed    float64
	seed     uint64
	services int
	scenario string
}

func (f *simFlags) add(cmd *cobra.Command, speed string) {
	flags := cmd.Flags()
	flags.Float64Var(&f.speed, "speed", 0, "make everything take this many times less long ("+speed+")")
	flags.Uint64Var(&f.seed, "seed", 0, "repeat the run that had this seed")
	flags.IntVar(&f.services, "services", 0, "simulate this many services a region (the reference estate's 4)")
	flags.StringVar(&f.scenario, "scenario", "", "begin with another estate ("+strings.Join(sim.Scenarios(), ", ")+"), or do what this file says, at its times")
}

// check refuses numbers that cannot be, and reads the scenario: what is wrong with it is said before anything starts.
func (f *simFlags) check(cmd *cobra.Command) (*sim.Scenario, error) {
	switch {
	case f.speed < 0 || f.speed > 1000:
		return nil, usage(cmd, "--speed %g cannot be; 1 is real time, 10 ten times as fast, 1000 the most", f.speed)
	case f.services < 0 || f.services > 1000:
		return nil, usage(cmd, "--services %d cannot be; it is 1 to 1000", f.services)
	case f.scenario == "":
		return nil, nil
	}
	return sim.LoadScenario(f.scenario)
}

// args are the flags again, for a process that is to simulate the same.
func (f *simFlags) args() []string {
	args := []string{fmt.Sprintf("--speed=%g", f.speed), fmt.Sprintf("--seed=%d", f.seed), fmt.Sprintf("--services=%d", f.services)}
	if f.scenario != "" {
		args = append(args, "--scenario="+f.scenario)
	}
	return args
}

// serving is one `lifeboat sim`.
type serving struct {
	simFlags
	listen string
	write  string
	idle   time.Duration
}

func (a *app) sim() *cobra.Command {
	s := &serving{}
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve a simulated two-region AWS estate for any client",
		Long: "Sim serves a simulated two-region estate over the network: AWS's and Cloudflare's APIs, DNS, CDN, load balancers " +
			"and databases, all on loopback and living in time. It prints the environment variables that point any AWS client " +
			"at it, and runs until it is interrupted. The files that --write-config makes are removed when it ends.",
		Example: "lifeboat sim --listen 127.0.0.1:4566 --write-config sim.yaml\naws --endpoint-url http://127.0.0.1:4566 --region us-east-1 ecs list-clusters\nlifeboat sim direct 127.0.0.1:4566 darken us-east-1",
		Args:    noArgs,
		RunE:    a.run(func(cmd *cobra.Command, _ []string) error { return a.serve(cmd, s) }),
	}
	s.add(cmd, "1")
	flags := cmd.Flags()
	flags.StringVar(&s.listen, "listen", "127.0.0.1:0", "answer at this address; port 0 is any free one")
	flags.StringVar(&s.write, "write-config", "", "write the lifeboat.yaml of the simulated estate to this file")
	flags.DurationVar(&s.idle, "exit-when-idle", 0, "end when nothing has called for so long; 0s never")
	cmd.AddCommand(a.direct())
	return cmd
}

func (a *app) serve(cmd *cobra.Command, s *serving) error {
	scenario, err := s.check(cmd)
	if err != nil {
		return err
	}
	options := sim.Options{
		Listen: s.listen, Speed: s.speed, Seed: s.seed, Services: s.services, Scenario: scenario, IdleExit: s.idle,
		Report: func(line string) { fmt.Fprintln(a.err, line) },
	}
	if s.write != "" {
		if options.CAFile, err = caFile(s.write); err != nil {
			return err
		}
		defer removeWritten(s.write, options.CAFile)
	}
	return a.simulate(cmd.Context(), options, s.write)
}

// simulate serves until ctx or idleness ends it.
func (a *app) simulate(ctx context.Context, options sim.Options, write string) error {
	server, err := sim.Start(ctx, options)
	if err != nil {
		return fmt.Errorf("the simulator could not start: %w", err)
	}
	defer server.Close()
	d := server.Description()
	if write != "" {
		if err := config.Write(write, simulated(d)); err != nil {
			return err
		}
	}
	announce(a.out, d, server.Env(), write)
	<-server.Done()
	return server.Close()
}

// caFile is where the authority of a simulated estate goes: beside its config. It is an error where the config may not
// be written.
func caFile(write string) (string, error) {
	if err := config.Writable(write); err != nil {
		return "", err
	}
	path, err := filepath.Abs(write)
	if err != nil {
		return "", fmt.Errorf("where %s is: %w", write, err)
	}
	return strings.TrimSuffix(path, filepath.Ext(path)) + "-ca.pem", nil
}

// removeWritten removes what leads to a simulator that has ended, and the runs of its estate. A config that its user has made his own stays.
func removeWritten(write, ca string) {
	if config.Writable(write) == nil {
		os.Remove(write)
		os.Remove(ca)
		os.RemoveAll(dr.StateBeside(write))
	}
}

// announce prints how to reach the simulator; the lines can be pasted into a shell.
func announce(w io.Writer, d sim.Description, env []string, write string) {
	fmt.Fprintf(w, "# SIMULATED estate %s: %s and %s, speed %g, seed %d\n", d.Estate, d.Regions[0].Name, d.Regions[1].Name, d.Speed, d.Seed)
	fmt.Fprintf(w, "# Point any AWS client at it, in another shell:\n")
	for _, v := range env {
		fmt.Fprintf(w, "export %s\n", v)
	}
	if write != "" {
		fmt.Fprintf(w, "# Cockpit:   lifeboat --config %s\n", write)
	}
	fmt.Fprintf(w, "# Director:  lifeboat sim direct %s\n", d.Director)
}
