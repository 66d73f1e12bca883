//go:build unix

package tf

import (
	"encoding/json"
	"flag"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// update writes the stand-in's list anew. It takes real plans of every strategy: LIFEBOAT_E2E=full go test ./tf -run EveryRoot -update
var update = flag.Bool("update", false, "write "+listFile+" anew from real plans (with LIFEBOAT_E2E=full)")

// listFile is what the simulator's stand-in for Terraform knows of the stack: aws/sim/terraform says what its words mean.
const listFile = "../aws/sim/terraform/resources.json"

type (
	listed struct {
		Terraform string                `json:"terraform"`
		Provider  string                `json:"provider"`
		Unknown   map[string][]string   `json:"unknown"`
		Roots     map[string]listedRoot `json:"roots"`
	}
	listedRoot struct {
		Region    string           `json:"region"`
		Variables []listedVariable `json:"variables"`
		Outputs   []string         `json:"outputs"`
		Resources []listedResource `json:"resources"`
	}
	listedVariable struct {
		Name     string `json:"name"`
		Required bool   `json:"required,omitempty"`
		Default  any    `json:"default,omitempty"`
	}
	listedResource struct {
		Address string         `json:"address"`
		Region  string         `json:"region,omitempty"`
		In      []string       `json:"in,omitempty"`
		Needs   []string       `json:"needs,omitempty"`
		Values  map[string]any `json:"values,omitempty"`
	}
)

// planned is as much of a plan as the list takes, as `terraform show -json` prints it.
type planned struct {
	Version   string                                `json:"terraform_version"`
	Variables map[string]struct{ Value any }        `json:"variables"`
	Changes   []plannedChange                       `json:"resource_changes"`
	Outputs   map[string]struct{ Actions []string } `json:"output_changes"`
	Config    struct {
		Providers map[string]struct {
			Expressions struct {
				Region struct {
					References []string `json:"references"`
					Constant   string   `json:"constant_value"`
				} `json:"region"`
			} `json:"expressions"`
		} `json:"provider_config"`
		Root plannedModule `json:"root_module"`
	} `json:"configuration"`
}

type plannedChange struct {
	Address, Mode, Type string
	Change              struct {
		Actions []string
		After   map[string]any
		Unknown any `json:"after_unknown"`
	}
}

type plannedModule struct {
	Variables map[string]map[string]any `json:"variables"`
	Resources []struct {
		Address  string `json:"address"`
		Provider string `json:"provider_config_key"`
	} `json:"resources"`
	Calls map[string]struct {
		Module plannedModule `json:"module"`
	} `json:"module_calls"`
}

// lister makes the list of what it is given, root after root.
type lister struct {
	list  listed
	words []string // pairs: what plans of the test's account hold, and the word for it
}

func newLister() *lister {
	return &lister{
		list: listed{Provider: "5.100.0", Unknown: map[string][]string{}, Roots: map[string]listedRoot{}},
		words: []string{
			"origin.shop.example", "{origin_domain}", "grafana.shop.example", "{observability.grafana_host}", "shop.example", "{domains.0}",
			"123456789012", "{account}", "us-west-2", "{region}", "us-east-1", "{primary_region}",
		},
	}
}

// root lists a root by its plan of warm standby; needs are the dependencies that its state holds after the apply.
func (l *lister) root(name string, raw, state []byte) error {
	var p planned
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	l.list.Terraform = p.Version
	root := listedRoot{Region: l.region(&p, "aws")}
	var err error
	if root.Variables, err = variablesOf(name, &p); err != nil {
		return err
	}
	for name := range p.Outputs {
		root.Outputs = append(root.Outputs, name)
	}
	slices.Sort(root.Outputs)
	needs, err := needsIn(state)
	if err != nil {
		return err
	}
	for _, c := range p.Changes {
		if c.Mode == "managed" {
			root.Resources = append(root.Resources, l.resource(&p, c, root.Region, needs))
		}
	}
	l.list.Roots[name] = root
	return nil
}

func (l *lister) resource(p *planned, c plannedChange, home string, needs map[string][]string) listedResource {
	block := instance.ReplaceAllString(c.Address, "")
	r := listedResource{Address: l.word(p, c.Address), Needs: needs[block], Values: map[string]any{}}
	if region := l.region(p, providerOf(p, block)); region != home {
		r.Region = region
	}
	for name, value := range c.Change.After {
		if kept(name, value) {
			r.Values[name] = l.worded(p, value)
		}
	}
	if u, ok := c.Change.Unknown.(map[string]any); ok {
		for name, v := range u {
			if v == true && !slices.Contains(l.list.Unknown[c.Type], name) {
				l.list.Unknown[c.Type] = append(l.list.Unknown[c.Type], name)
			}
		}
		slices.Sort(l.list.Unknown[c.Type])
	}
	return r
}

// kept says whether an attribute is worth a place in the list: short, and not what the provider fills in by itself.
func kept(name string, value any) bool {
	if strings.HasPrefix(name, "tags") || name == "timeouts" || strings.Contains(name, "_wo") {
		return false
	}
	switch v := value.(type) {
	case string:
		return v != "" && len(v) <= 100 && !strings.ContainsAny(v, "{}")
	case float64:
		return true
	case bool:
		return v || name == "publicly_accessible"
	case []any:
		return len(v) > 0 && !slices.ContainsFunc(v, func(e any) bool { s, ok := e.(string); return !ok || strings.ContainsAny(s, "{}") })
	case map[string]any:
		for _, e := range v {
			if _, ok := e.(string); !ok {
				return false
			}
		}
		return len(v) > 0
	}
	return false
}

// variablesOf are a root's variables: which are required say its files, the defaults its plan.
func variablesOf(root string, p *planned) (list []listedVariable, err error) {
	declared, err := Variables(root)
	for _, v := range declared {
		list = append(list, listedVariable{Name: v.Name, Required: v.Required, Default: p.Config.Root.Variables[v.Name]["default"]})
	}
	return list, err
}

// region is where a provider configuration works, in words.
func (l *lister) region(p *planned, key string) string {
	e := p.Config.Providers[key].Expressions.Region
	for _, reference := range e.References {
		if name, ok := strings.CutPrefix(reference, "var."); ok {
			return "{" + name + "}"
		}
	}
	return e.Constant
}

// providerOf is the provider configuration of a block.
func providerOf(p *planned, block string) string {
	m, parts := p.Config.Root, strings.Split(block, ".")
	for len(parts) > 2 && parts[0] == "module" {
		m, parts = m.Calls[parts[1]].Module, parts[2:]
	}
	for _, r := range m.Resources {
		if r.Address == strings.Join(parts, ".") {
			return r.Provider
		}
	}
	return "aws"
}

// needsIn reads from a state what each block depends on, without what follows from the rest.
func needsIn(state []byte) (map[string][]string, error) {
	var s struct {
		Resources []struct {
			Module, Mode, Type, Name string
			Instances                []struct{ Dependencies []string }
		}
	}
	if err := json.Unmarshal(state, &s); err != nil {
		return nil, err
	}
	all := map[string]map[string]bool{}
	for _, r := range s.Resources {
		block := r.Type + "." + r.Name
		if r.Module != "" {
			block = instance.ReplaceAllString(r.Module, "") + "." + block
		}
		for _, i := range r.Instances {
			for _, d := range i.Dependencies {
				if strings.Contains("."+d, ".data.") || r.Mode != "managed" {
					continue
				}
				if all[block] == nil {
					all[block] = map[string]bool{}
				}
				all[block][d] = true
			}
		}
	}
	out := map[string][]string{}
	for block, needs := range all {
		for n := range needs {
			through := false
			for other := range needs {
				through = through || other != n && all[other][n] && !all[n][other]
			}
			if !through {
				out[block] = append(out[block], n)
			}
		}
		slices.Sort(out[block])
	}
	return out, nil
}

// strategies adds what a root has under other strategies than warm standby, and says of what not all have which do.
func (l *lister) strategies(name string, plans map[string][]byte) error {
	root := l.list.Roots[name]
	in := map[string][]string{}
	for _, r := range root.Resources {
		in[r.Address] = []string{"warm-standby"}
	}
	for _, strategy := range slices.Sorted(maps.Keys(plans)) {
		var p planned
		if err := json.Unmarshal(plans[strategy], &p); err != nil {
			return err
		}
		for _, c := range p.Changes {
			if c.Mode != "managed" || c.Change.After == nil {
				continue
			}
			address := l.word(&p, c.Address)
			if in[address] == nil {
				r := l.resource(&p, c, root.Region, nil)
				root.Resources = append(root.Resources, r)
			}
			in[address] = append(in[address], strategy)
		}
	}
	for i, r := range root.Resources {
		if len(in[r.Address]) <= len(plans) {
			slices.Sort(in[r.Address])
			root.Resources[i].In = in[r.Address]
		}
	}
	l.list.Roots[name] = root
	return nil
}

// shownPlan is the plan of a root's working directory as JSON.
func (a *account) shownPlan(d *Dir) []byte {
	a.t.Helper()
	env, err := d.environment()
	if err != nil {
		a.t.Fatal(err)
	}
	cmd := exec.Command(a.program.Path, "show", "-json", planFile)
	cmd.Dir = d.Path()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.Output()
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

// listed takes a root that was just applied into the list.
func (a *account) listed(root string, plan []byte, d *Dir) error {
	state, err := d.exec.StatePull(a.t.Context())
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lister.root(root, plan, []byte(state))
}

// listStrategies plans every root for the other strategies, and takes what they have into the list.
func (a *account) listStrategies() {
	a.t.Helper()
	for _, root := range Roots {
		plans := map[string][]byte{}
		for _, strategy := range []string{"cold-standby", "pilot-light"} {
			s := a.spec(root.Name)
			s.Vars["strategy"], s.Vars["roles_unchecked"] = strategy, "the test's own sizes"
			s.Roles = regexp.MustCompile(`"(min|max)":\d+`).ReplaceAll(a.roles, []byte(`"$1":0`))
			d, err := Prepare(s)
			if err != nil {
				a.t.Fatal(err)
			}
			if _, err := d.Plan(a.t.Context(), PlanOptions{}, nil); err != nil {
				a.t.Fatal(err)
			}
			plans[strategy] = a.shownPlan(d)
		}
		if err := a.lister.strategies(root.Name, plans); err != nil {
			a.t.Fatal(err)
		}
	}
}
