package dr

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
	"lifeboat/dr/config"
)

// told are the estates that the golden files show: `go test ./dr -update` writes them anew.
func told() map[string]*Estate {
	dark := well()
	dark.join()
	dark.pass(fast).darken(0).join()
	dark.periods(4)
	sick := well().withoutSQL()
	sick.join()
	sick.pass(fast).ill()
	sick.services(0, func(all []aws.Service) {
		code := 1
		all[1].DeployedAt, all[1].Running, all[1].Rollout = sick.now.Add(-4*time.Minute), 0, "IN_PROGRESS"
		all[1].Stopped = []aws.StoppedTask{{ID: "4f1a", At: sick.now.Add(-time.Minute), Reason: "Essential container in task exited", ExitCode: &code}}
		all[1].Events = []aws.Event{{At: sick.now.Add(-time.Minute), Message: "(service dev-backend) has started 1 tasks: (task 4f1a)."}}
	})
	return map[string]*Estate{
		"fit": fit().join(), "failed-over": failedOver().journals(unfenced()).join(),
		"well": well().join(), "dark": dark.prev, "sick": sick.join(), "pilot": pilot(config.PilotLight).join(),
		"unread": Join(Inputs{Config: wellConfig()}, nil, noon),
	}
}

func TestTheDocumentOfAnEstate(t *testing.T) {
	for name, e := range told() {
		t.Run(name, func(t *testing.T) {
			b, err := json.MarshalIndent(Document(e), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, append(b, '\n'))
		})
	}
}

// TestWhatIsNotKnownIsNullInTheDocument walks the document of an estate of which nothing was read: no figure in it may
// be a number, but for what lifeboat.yaml says.
func TestWhatIsNotKnownIsNullInTheDocument(t *testing.T) {
	b, err := json.Marshal(Document(Join(Inputs{Config: wellConfig()}, nil, noon)))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	configured := map[string]bool{"version": true, "exit": true, "rpo_seconds": true, "rto_seconds": true, "full": true, "standby": true,
		"fast_refresh_calls": true, "resolvers_asked": true, "resolvers_agree": true}
	var walk func(path, key string, v any)
	walk = func(path, key string, v any) {
		switch v := v.(type) {
		case float64:
			if !configured[key] {
				t.Errorf("%s is %v, and nothing was read", path, v)
			}
		case map[string]any:
			for k, w := range v {
				walk(path+"."+k, k, w)
			}
		case []any:
			for _, w := range v {
				walk(path+"[]", "", w)
			}
		}
	}
	walk("", "", doc)
	if doc["exit"] != float64(ExitUnknown) {
		t.Errorf("exit %v, want could not tell", doc["exit"])
	}
}

func TestEveryFieldOfTheDocumentHasAName(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(v reflect.Type) {
		for v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct || v == timeType || seen[v] {
			return
		}
		seen[v] = true
		for i := range v.NumField() {
			f := v.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name != strings.ToLower(name) {
				t.Errorf("%s.%s is called %q", v.Name(), f.Name, name)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[Doc]())
}

// TestNoTextOfTheCloudReachesATerminalAsMoreThanText puts escape sequences into everything that comes from elsewhere.
func TestNoTextOfTheCloudReachesATerminalAsMoreThanText(t *testing.T) {
	evil := "\x1b]0;owned\x07\x9b2J\u202e"
	s := well()
	s.join()
	s.pass(fast).ill()
	s.services(0, func(all []aws.Service) {
		all[1].DeployedAt, all[1].Running, all[1].Rollout = s.now.Add(-time.Minute), 0, evil
		all[1].TaskDefinition, all[1].RolloutReason = evil, evil
		all[1].Stopped = []aws.StoppedTask{{ID: evil, At: s.now, Reason: evil}}
		all[1].Events = []aws.Event{{At: s.now, Message: evil}}
		all[1].Images = []aws.ContainerImage{{Reference: evil + ":" + evil, Digest: evil}}
		all[2].Name = evil
	})
	s.database(0, func(db *aws.Database) { db.Status, db.Version, db.Engine = evil, evil, evil })
	s.database(1, func(db *aws.Database) { db.ReplicationState, db.ReplicationMessage = evil, evil })
	s.east.Identity = part(aws.Identity{Name: evil, ARN: evil, Account: evil, Source: evil}, s.now)
	s.east.Balancers = part([]aws.Balancer{{Name: evil, DNSName: evil, State: evil, TargetGroups: []string{evil}}}, s.now)
	s.east.Targets[evil] = part(aws.TargetGroup{Name: evil, Targets: []aws.Target{{ID: evil, State: evil, Reason: evil, Description: evil}}}, s.now)
	s.east.Certificates = part([]aws.Certificate{{ARN: evil, Domain: evil, Status: evil}}, s.now)
	s.east.Secrets = part([]aws.Secret{{Name: evil, Replicas: []aws.SecretReplica{{Region: "us-west-2", Status: evil, Message: evil}}}}, s.now)
	s.east.Images = part([]aws.Image{{Repository: evil, Digest: evil, Tags: []string{evil}}}, s.now)
	s.west.Metrics = s.west.Metrics.Next(aws.Metrics{}, fault.New(fault.Refused, evil, evil, errors.New(evil)), s.now)
	d := wellDistribution()
	d.ETag, d.Status, d.Origins[0].Domain, d.Groups[0].ID = evil, evil, evil, evil
	s.in.Edge.Distribution = part(d, s.now)
	s.in.Edge.Zone = part(edge.Zone{Name: evil, Records: []edge.Record{{Name: "origin.example.com", Type: "CNAME", Content: evil}}}, s.now)
	a := answered(200, "", s.now)
	a.Value.Environment, a.Value.Via = evil, evil
	s.in.Edge.Balancers = with(s.in.Edge.Balancers, "us-west-2", a)
	e := s.join()

	clean := func(what, text string) {
		t.Helper()
		if i := strings.IndexFunc(strings.ReplaceAll(text, "\n", ""), unsafeRune); i >= 0 || strings.Contains(text, "\x9b") {
			t.Errorf("%s: %q", what, text)
		}
	}
	b, err := json.Marshal(Document(e))
	if err != nil {
		t.Fatal(err)
	}
	clean("document", string(b))
	if strings.Contains(string(b), `\u001b`) {
		t.Error("document: an escape sequence, escaped")
	}
	for _, c := range e.Feed {
		clean("feed", c.Subject+c.Text)
	}
	for _, l := range e.Verdict.Lines {
		clean("verdict", l.String())
	}
	for _, r := range e.Regions {
		clean("region", r.Why+r.Remedy+strings.Join(r.Blocking, ""))
		for _, f := range r.Findings {
			clean("finding", f.Text+f.Remedy)
		}
	}
}
