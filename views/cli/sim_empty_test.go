package cli

import (
	"strings"
	"testing"

	"lifeboat/aws/sim"
	"lifeboat/dr/config"
)

// An estate that is still to be provisioned is no alarm: it is said plainly what is not there, and nothing is red.
func TestAnEstateThatIsNotThereYetIsNoAlarm(t *testing.T) {
	for scenario, want := range map[string][]string{
		"empty": {
			"Nothing is here yet: neither us-east-1 nor us-west-2 holds this estate.\nPress p to provision it",
			"us-east-1, built as primary, is not provisioned: nothing is here yet", "us-west-2, built as standby, is not provisioned",
		},
		"primary-only": {"us-east-1 serves. Nothing is in us-west-2 yet: press p to provision it.", "us-west-2, built as standby, is not provisioned", "good     public        writes"},
	} {
		t.Run(scenario, func(t *testing.T) {
			nowhere(t)
			_, stop := simulator(t, "--speed=20", "--scenario="+scenario, "--write-config=lifeboat.yaml")
			defer stop()
			if r := run(t, "config", "check"); r.code != 0 {
				t.Errorf("the config: %s%s", r.out, r.err)
			}
			r := run(t, "status")
			if r.code != exitNoTell {
				t.Errorf("exit code %d", r.code)
			}
			for _, words := range want {
				if !strings.Contains(r.out, words) {
					t.Errorf("not said: %s\n%s", words, r.out)
				}
			}
			estate, _, _ := strings.Cut(r.out, "\nready for a failover")
			if strings.Contains(estate, "  bad  ") {
				t.Errorf("something is red:\n%s", estate)
			}
		})
	}
}

func TestAScenarioHasANameOrIsAFile(t *testing.T) {
	nowhere(t)
	for _, name := range sim.Scenarios() {
		s, err := sim.LoadScenario(name)
		if err != nil || s.Estate != name {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if _, err := sim.LoadScenario("emtpy"); err == nil {
		t.Error("a scenario that is neither is taken")
	}
	if s, err := sim.ParseScenario("s.yaml", []byte("estate: empty\nspeed: 5\n")); err != nil || s.Estate != "empty" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := sim.ParseScenario("s.yaml", []byte("speed: 5\nestate: fulll\n")); err == nil || !strings.HasPrefix(err.Error(), `s.yaml:2: estate: there is no estate "fulll"; there are primary-only, empty`) {
		t.Errorf("%v", err)
	}
}

func TestTheConfigOfAnEmptyEstateNamesNothingThatIsNotThere(t *testing.T) {
	nowhere(t)
	_, stop := simulator(t, "--scenario=empty", "--write-config=lifeboat.yaml")
	defer stop()
	c, err := config.Load("lifeboat.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []config.Region{c.Regions.Primary, c.Regions.Standby} {
		if len(r.Clusters)+len(r.Balancers)+len(r.Databases)+len(r.Repositories)+len(r.Secrets) > 0 {
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
	if c.Edge.Distribution != "" || len(c.Edge.Cloudflare.Records) > 0 || c.Terraform.Primary != config.Ours || len(c.Services) != 4 {
		t.Errorf("%+v, %+v", c.Edge, c.Terraform)
	}
}
