//go:build unix

package tf

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
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

// worded puts words for variables in the place of the test's values.
func (l *lister) worded(p *planned, value any) any {
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		v := p.Variables[name].Value
		if items, isList := v.([]any); isList && len(items) > 0 && reflect.DeepEqual(sorted(v), sorted(value)) {
			return "{=" + name + "}"
		}
	}
	switch value := value.(type) {
	case string:
		return l.word(p, value)
	case []any:
		out := make([]any, len(value))
		for i, e := range value {
			out[i] = l.worded(p, e)
		}
		return sorted(out)
	case map[string]any:
		out := map[string]any{}
		for k, e := range value {
			out[k] = l.worded(p, e)
		}
		return out
	}
	return value
}

// sorted puts a list of words in order: most are sets, in the order of ids that AWS makes up.
func sorted(value any) any {
	list, _ := value.([]any)
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

var estate = regexp.MustCompile(`\bshop\b`)

func (l *lister) word(p *planned, text string) string {
	pairs := slices.Clone(l.words)
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		pairs = append(madeWords(name, p.Variables[name].Value), pairs...)
	}
	text = strings.NewReplacer(longestFirst(pairs)...).Replace(text)
	return estate.ReplaceAllString(text, "{estate}")
}

// madeWords are the made-up values within a variable: ids, ARNs, names that AWS gave.
func madeWords(path string, value any) (pairs []string) {
	switch v := value.(type) {
	case string:
		if made.MatchString(v) {
			return []string{v, "{" + path + "}"}
		}
	case []any:
		for i, e := range v {
			pairs = append(pairs, madeWords(fmt.Sprintf("%s.%d", path, i), e)...)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			pairs = append(pairs, madeWords(path+"."+k, v[k])...)
		}
	}
	return pairs
}

// made is the look of what AWS names: vpc-0123, arn:aws:..., app/shop/50dc6c49, name.elb.amazonaws.com, shop-dr-db.
var made = regexp.MustCompile(`^(arn:|[a-z]+-[0-9a-f]{8,}$|app/|targetgroup/)|amazonaws\.com|-db$|\.db\.`)

func longestFirst(pairs []string) []string {
	var sorted [][2]string
	for i := 0; i < len(pairs); i += 2 {
		sorted = append(sorted, [2]string{pairs[i], pairs[i+1]})
	}
	slices.SortStableFunc(sorted, func(a, b [2]string) int { return len(b[0]) - len(a[0]) })
	var flat []string
	for _, s := range sorted {
		flat = append(flat, s[0], s[1])
	}
	return flat
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

// text is the list with a line for each resource, so that a change of it can be read.
func (l *lister) text() ([]byte, error) {
	var b bytes.Buffer
	line := func(indent string, v any, comma bool) error {
		b.WriteString(indent)
		text, err := json.Marshal(v)
		b.Write(text)
		if comma {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		return err
	}
	fmt.Fprintf(&b, "{\n\"terraform\": %q,\n\"provider\": %q,\n\"unknown\": {\n", l.list.Terraform, l.list.Provider)
	types := slices.Sorted(maps.Keys(l.list.Unknown))
	for i, kind := range types {
		fmt.Fprintf(&b, "%q: ", kind)
		if err := line("", l.list.Unknown[kind], i < len(types)-1); err != nil {
			return nil, err
		}
	}
	b.WriteString("},\n\"roots\": {\n")
	names := slices.Sorted(maps.Keys(l.list.Roots))
	for i, name := range names {
		root := l.list.Roots[name]
		fmt.Fprintf(&b, "%q: {\"region\": %q, \"outputs\": ", name, root.Region)
		if err := line("", root.Outputs, true); err != nil {
			return nil, err
		}
		b.WriteString("\"variables\": [\n")
		for n, v := range root.Variables {
			if err := line("  ", v, n < len(root.Variables)-1); err != nil {
				return nil, err
			}
		}
		b.WriteString("],\n\"resources\": [\n")
		for n, r := range root.Resources {
			if err := line("  ", r, n < len(root.Resources)-1); err != nil {
				return nil, err
			}
		}
		b.WriteString("]}")
		if i < len(names)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n}\n")
	return b.Bytes(), nil
}

// compared holds the list against the file, or writes the file. strategies says whether all of them were planned: else only
// what warm standby has is compared.
func (l *lister) compared(t *testing.T, strategies bool) {
	t.Helper()
	text, err := l.text()
	if err != nil {
		t.Fatal(err)
	}
	if *update && strategies {
		if err := os.WriteFile(listFile, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(listFile)
	if err != nil {
		t.Fatal(err)
	}
	have, want := resourcesIn(t, written, strategies), resourcesIn(t, text, strategies)
	for _, line := range slices.Sorted(maps.Keys(want)) {
		if !have[line] {
			t.Errorf("%s has no %s; LIFEBOAT_E2E=full go test ./tf -run EveryRoot -timeout 60m -update writes it anew", listFile, line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(have)) {
		if !want[line] {
			t.Errorf("%s has %s, and a real plan has not", listFile, line)
		}
	}
}

// resourcesIn are the lines of a list: each root's outputs, variables and resources. Without strategies they are those of
// warm standby, whatever the others have.
func resourcesIn(t *testing.T, text []byte, strategies bool) map[string]bool {
	t.Helper()
	var list listed
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	line := func(root string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines[root+" "+string(text)] = true
	}
	for name, root := range list.Roots {
		line(name, root.Outputs)
		for _, v := range root.Variables {
			line(name, v)
		}
		for _, r := range root.Resources {
			if !strategies {
				if r.In != nil && !slices.Contains(r.In, "warm-standby") {
					continue
				}
				r.In = nil
			}
			line(name, r)
		}
	}
	return lines
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
