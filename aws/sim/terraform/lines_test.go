package terraform

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// What Terraform 1.11.4 printed is in testdata/real.jsonl, a line for each kind: the stand-in prints the same, but for the
// time.
func TestTheStandInPrintsLinesAsTerraformDoes(t *testing.T) {
	text, err := os.ReadFile("testdata/real.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	real := strings.Split(strings.TrimSpace(string(text)), "\n")
	const key, bucket, data = "module.key.aws_kms_key.this", "aws_s3_bucket.state", "terraform_data.a[0]"
	const id, uuid = "shop-state-123456789012-us-west-2", "e6d829b7-3fe8-d43d-a68c-545616e5e00a"
	says := []func(p *printer){
		func(p *printer) { p.version() },
		func(p *printer) { p.planned(&change{Address: key, Do: Create}, false) },
		func(p *printer) { p.counts("plan", counts{add: 10}) },
		func(p *printer) { p.started(bucket, Create, "") },
		func(p *printer) { p.going(key, Create, "", 10*time.Second) },
		func(p *printer) { p.done(bucket, Create, id, 0) },
		func(p *printer) { p.counts("apply", counts{add: 10}) },
		func(p *printer) { p.planned(&change{Address: data, Do: Update, Import: "abc"}, false) },
		func(p *printer) { p.counts("plan", counts{change: 1, imported: 1}) },
		func(p *printer) { p.counts("apply", counts{change: 1, imported: 1}) },
		func(p *printer) { p.started(data, Update, "abc") },
		func(p *printer) { p.done(data, Update, "abc", 0) },
		func(p *printer) {
			p.planned(&change{Address: data, Do: Delete, Reason: "delete_because_count_index"}, false)
		},
		func(p *printer) { p.started(data, Delete, uuid) },
		func(p *printer) { p.done(data, Delete, uuid, 0) },
		func(p *printer) {
			p.problem(problem{Summary: "Saved plan is stale", Detail: "The given plan file can no longer be applied because the state was changed by another operation after the plan was created."})
		},
		func(p *printer) {
			p.outputs(map[string]fields{"roles_checked": {"sensitive": false, "type": typeOfValue(true), "value": true}})
		},
	}
	if len(says) != len(real) {
		t.Fatalf("%d lines of Terraform's, %d of the stand-in's", len(real), len(says))
	}
	for i, say := range says {
		var out bytes.Buffer
		say(&printer{out: &out})
		if mine, theirs := line(t, out.Bytes()), line(t, []byte(real[i])); !reflect.DeepEqual(mine, theirs) {
			t.Errorf("the stand-in prints\n%s\nTerraform\n%s", out.String(), real[i])
		}
	}
}

func line(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var l map[string]any
	if err := json.Unmarshal(text, &l); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	delete(l, "@timestamp")
	return l
}

func TestAddressesAreTakenApart(t *testing.T) {
	for address, want := range map[string][5]any{
		"aws_vpc.this":                        {"aws_vpc", "this", "", "", nil},
		`module.a["x.y"].aws_vpc.this[0]`:     {"aws_vpc", "this", `module.a["x.y"]`, "x.y", 0.0},
		`module.a[0].module.b.aws_eip.n["k"]`: {"aws_eip", "n", "module.a[0].module.b", "k", "k"},
	} {
		if got := [5]any{typeOf(address), nameOf(address), moduleOf(address), keyOf(address), indexOf(address)}; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if got := blockOf(`module.a["x.y"].aws_vpc.this[0]`); got != "module.a.aws_vpc.this" {
		t.Error(got)
	}
}

func TestAStateIsReadAsItWasWritten(t *testing.T) {
	s := newState()
	s.Serial, s.Outputs["a"] = 3, []any{"x", 1.0, true, map[string]any{"b": "c"}}
	for _, address := range []string{"aws_vpc.this", `module.m.aws_eip.n["k"]`, `module.m.aws_eip.n["l"]`, `module.s["x"].aws_lb.this[0]`} {
		s.Instances[address] = &instance{Address: address, Values: map[string]any{"id": address}, Needs: []string{"aws_vpc.this"}}
	}
	text, err := s.write()
	if err != nil {
		t.Fatal(err)
	}
	again, err := readState(text)
	if err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("%v\n%s", err, text)
	}
	if fresh, err := readState(nil); err != nil || len(fresh.Instances) != 0 {
		t.Errorf("no state is no new one: %v", err)
	}
}

func TestOnlyAnAddressMakesThisTheStandIn(t *testing.T) {
	for value, want := range map[string]bool{"127.0.0.1:4566": true, "[::1]:80": true, "/usr/local/bin/terraform": false, "terraform": false, `C:\terraform.exe`: false, "": false, "host:http": false} {
		t.Setenv(Env, value)
		if _, asked := Asked(); asked != want {
			t.Errorf("%q: %t", value, asked)
		}
	}
}

func TestEveryRootOfTheListIsWhole(t *testing.T) {
	if len(list.Roots) != 8 {
		t.Fatalf("%d roots", len(list.Roots))
	}
	for name, root := range list.Roots {
		blocks := map[string]bool{}
		for _, r := range root.Resources {
			blocks[blockOf(r.Address)] = true
		}
		for _, r := range root.Resources {
			for _, n := range r.Needs {
				if !blocks[n] {
					t.Errorf("%s: %s needs %s, which is not in the list", name, r.Address, n)
				}
			}
		}
		v := variables{}
		v.complete(root)
		made := outputs(name, v, Estate{Account: "123456789012"}, func(string, string) any { return "x" })
		for _, output := range root.Outputs {
			if _, ok := made[output]; !ok {
				t.Errorf("%s has no output %s", name, output)
			}
		}
		for output := range made {
			if !strings.Contains(" "+strings.Join(root.Outputs, " ")+" ", " "+output+" ") {
				t.Errorf("%s has no output %s in the stack", name, output)
			}
		}
	}
}
