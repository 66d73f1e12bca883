package dr

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lifeboat/dr/config"
	"lifeboat/tf"
)

// The tests' own program stands in for Terraform: what it wants and what there is are files of the folder that this names.
const stackEnv = "LIFEBOAT_TEST_STACK"

// fakeResource is a resource that the fake stack wants, or has.
type fakeResource struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Name    string `json:"name"`
	Import  string `json:"import,omitempty"`
	Value   string `json:"value,omitempty"`  // what can be changed in place; {name} is a variable's value
	Action  string `json:"action,omitempty"` // in a plan: create, update, delete, replace, import
}

// fakeTerraform speaks as much of Terraform's command line as terraform-exec uses here.
func fakeTerraform(args []string) int {
	at, _ := os.Getwd()
	f := fakeRun{dir: os.Getenv(stackEnv), root: filepath.Base(at)}
	switch args[0] {
	case "version":
		fmt.Println(`{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{}}`)
	case "plan":
		return f.plan(args)
	case "show":
		text, _ := os.ReadFile("plan.tfplan")
		_, _ = os.Stdout.Write(text)
	case "apply":
		return f.apply()
	case "output":
		out := map[string]any{}
		if len(f.state()) > 0 {
			out = fakeOutputs(f.root)
		}
		_ = json.NewEncoder(os.Stdout).Encode(out)
	case "state", "import":
		return f.stored(args)
	case "force-unlock":
		return map[bool]int{true: 0, false: 1}[os.Remove(f.path("lock")) == nil]
	}
	return 0
}

type fakeRun struct{ dir, root string }

func (f fakeRun) path(what string) string { return filepath.Join(f.dir, f.root+"."+what) }

func (f fakeRun) read(what string) (list []fakeResource) {
	text, err := os.ReadFile(f.path(what))
	if err == nil {
		_ = json.Unmarshal(text, &list)
	}
	return list
}

func (f fakeRun) write(what string, list []fakeResource) {
	text, _ := json.Marshal(list)
	if err := os.WriteFile(f.path(what), text, 0o600); err != nil {
		panic(err)
	}
}

func (f fakeRun) state() []fakeResource { return f.read("state") }

// wanted are the root's resources: those of a file, which may be of the strategy, with copies of backups beside a replica, or of one that has
// taken over.
func (f fakeRun) wanted() []fakeResource {
	vars := fakeVariables()
	strategy := fmt.Sprint(vars["strategy"])
	if strategy == "warm-standby" && vars["keep_backups"] == true {
		strategy = "copies"
	}
	if f.root == "data" && vars["restore"] != nil || f.root != "data" && fakeRoom(vars) {
		strategy = "restored"
	}
	for _, what := range []string{"wanted." + strategy, "wanted"} {
		if list := f.read(what); list != nil {
			for i := range list {
				list[i].Value = fakeFilled(list[i].Value, vars)
			}
			return list
		}
	}
	return []fakeResource{
		{Address: "aws_vpc." + f.root, Type: "aws_vpc", Name: f.root},
		{Address: "aws_cloudwatch_log_group." + f.root, Type: "aws_cloudwatch_log_group", Name: "/" + f.root},
	}
}

// fakeRoom says whether the roles have room for tasks in the region that stands by.
func fakeRoom(vars map[string]any) bool {
	regions, _ := vars["capacity"].(map[string]any)
	services, _ := regions["us-west-2"].(map[string]any)
	for _, s := range services {
		c, _ := s.(map[string]any)
		if most, _ := c["max"].(float64); most > 0 {
			return true
		}
	}
	return false
}

// fakeVariables are those that the working directory has, and two of the stack's defaults.
func fakeVariables() map[string]any {
	vars := map[string]any{"deletion_protection": true, "skip_final_snapshot": false}
	names, _ := filepath.Glob("*.tfvars.json")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil {
			_ = json.Unmarshal(text, &vars)
		}
	}
	return vars
}

func fakeFilled(value string, vars map[string]any) string {
	for name, v := range vars {
		value = strings.ReplaceAll(value, "{"+name+"}", fmt.Sprint(v))
	}
	return value
}

func (f fakeRun) pulled() string {
	if len(f.state()) == 0 {
		return ""
	}
	return fmt.Sprintf(`{"version":4,"resources":[{"mode":"managed","instances":[%s]}]}`, strings.TrimSuffix(strings.Repeat("{},", len(f.state())), ","))
}

// fakeOutputs are what a root gives the others. What a verification would ask the cloud for is not there.
func fakeOutputs(root string) map[string]any {
	out := map[string]any{}
	names, _ := tf.Outputs(root)
	for _, name := range names {
		var v any = "x-" + name
		switch name {
		case "database_identifier":
			v = nil
			for _, r := range (fakeRun{os.Getenv(stackEnv), root}).state() {
				if r.Type == "aws_db_instance" {
					v = r.Name
				}
			}
		case "distribution_id", "service_names", "primary_site", "load_balancer_suffix":
			v = nil
		case "state_bucket", "roles_bucket":
			v = "shop-state"
		case "primary_isolation_group_id":
			v = "sg-0123456789abcdef0"
		}
		out[name] = map[string]any{"sensitive": false, "type": "string", "value": v}
	}
	return out
}

var importBlock = regexp.MustCompile(`to = (\S+)\s+id = "([^"]*)"`)

// plan plans; what -replace names is made anew.
func (f fakeRun) plan(args []string) int {
	if _, err := os.Stat(f.path("lock")); err == nil {
		fmt.Println(`{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Error acquiring the state lock","detail":"Lock Info:\n  ID:        lock-1\n  Who:       ada@host\n"}}`)
		return 1
	}
	imports := map[string]string{}
	blocks, _ := os.ReadFile("lifeboat_imports.tf")
	for _, m := range importBlock.FindAllStringSubmatch(string(blocks), -1) {
		imports[m[1]] = m[2]
	}
	has := f.state()
	var changes []fakeResource
	for _, r := range f.wanted() {
		i := slices.IndexFunc(has, func(x fakeResource) bool { return x.Address == r.Address })
		switch {
		case i >= 0 && slices.Contains(args, "-replace="+r.Address):
			r.Action = "replace"
		case i >= 0 && has[i].Name == r.Name && has[i].Value == r.Value:
			continue
		case i >= 0 && has[i].Name == r.Name:
			r.Action = "update"
		case i >= 0:
			r.Name, r.Action = has[i].Name, "replace"
		case imports[r.Address] != "":
			r.Action, r.Import = "import", imports[r.Address]
		default:
			r.Action = "create"
		}
		changes = append(changes, r)
	}
	for _, r := range has {
		if !slices.ContainsFunc(f.wanted(), func(x fakeResource) bool { return x.Address == r.Address }) {
			r.Action = "delete"
			changes = append(changes, r)
		}
	}
	_ = os.WriteFile("plan.tfplan", fakePlan(changes), 0o600)
	fmt.Println(`{"type":"refresh_complete","hook":{"resource":{"addr":"data.x"}}}`)
	if changes == nil {
		return 0
	}
	return 2
}

// fakePlan is a plan as `terraform show -json` prints it; each has a time of its own, as real plans have.
func fakePlan(changes []fakeResource) []byte {
	list := []any{}
	for _, r := range changes {
		change := map[string]any{"actions": []string{r.Action}, "after": map[string]any{"name": r.Name, "value": r.Value}}
		switch r.Action {
		case "update":
			change["before"] = map[string]any{"name": r.Name}
		case "delete":
			change["before"], change["after"] = map[string]any{"name": r.Name, "value": r.Value}, nil
		case "replace":
			change["actions"], change["before"], change["replace_paths"] = []string{"delete", "create"}, map[string]any{"name": r.Name}, []any{[]any{"kms_key_id"}}
		case "import":
			change["actions"], change["importing"] = []string{"no-op"}, map[string]any{"id": r.Import}
		}
		list = append(list, map[string]any{"address": r.Address, "mode": "managed", "type": r.Type, "name": r.Address, "change": change})
	}
	text, _ := json.Marshal(map[string]any{
		"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": list, "timestamp": time.Now().Format(time.RFC3339Nano),
	})
	return text
}

// apply makes what was planned, a resource after the other. It tells the passwords that it was given, as a careless provider might.
func (f fakeRun) apply() int {
	secrets, _ := os.ReadFile("secrets.auto.tfvars.json")
	told, _ := json.Marshal(string(secrets))
	fmt.Printf(`{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"the request was","detail":%s}}`+"\n", told)
	var plan struct {
		Changes []struct {
			Address, Type string
			Change        struct {
				Actions []string
				After   struct{ Name string }
			}
		} `json:"resource_changes"`
	}
	text, err := os.ReadFile("plan.tfplan")
	if err != nil || json.Unmarshal(text, &plan) != nil {
		return 1
	}
	applied, _ := os.OpenFile(filepath.Join(f.dir, "applied"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	defer applied.Close()
	for n, c := range plan.Changes {
		start, _ := json.Marshal(c.Address)
		fmt.Printf(`{"type":"apply_start","hook":{"resource":{"addr":%s,"resource_type":%q},"action":"create"}}`+"\n", start, c.Type)
		if why := f.stops(n, c.Address); why != "" {
			fmt.Printf(`{"type":"apply_errored","hook":{"resource":{"addr":%s},"action":"create"}}`+"\n", start)
			fmt.Printf(`{"type":"diagnostic","diagnostic":{"severity":"error","summary":%q,"address":%s}}`+"\n", why, start)
			return 1
		}
		has := slices.DeleteFunc(f.state(), func(x fakeResource) bool { return x.Address == c.Address })
		if slices.Equal(c.Change.Actions, []string{"delete"}) {
			f.write("state", has)
			fmt.Fprintln(applied, "-"+c.Address)
			fmt.Printf(`{"type":"apply_complete","hook":{"resource":{"addr":%s},"action":"delete","id_value":"id-1","elapsed_seconds":1}}`+"\n", start)
			continue
		}
		if slices.Equal(c.Change.Actions, []string{"delete", "create"}) {
			fmt.Fprintln(applied, "-"+c.Address)
		}
		want := f.wanted()[slices.IndexFunc(f.wanted(), func(x fakeResource) bool { return x.Address == c.Address })]
		f.write("state", append(has, want))
		fmt.Fprintln(applied, c.Address)
		fmt.Printf(`{"type":"apply_complete","hook":{"resource":{"addr":%s},"action":"create","id_value":"id-1","elapsed_seconds":1}}`+"\n", start)
	}
	return 0
}

// stops is why the n-th change is not made: once, where the file says so, or as long as what is there is not imported.
func (f fakeRun) stops(n int, address string) string {
	blocks, _ := os.ReadFile("lifeboat_imports.tf")
	if there, _ := os.ReadFile(f.path("there")); strings.Contains(string(there), address) && !strings.Contains(string(blocks), address) {
		return "ResourceAlreadyExistsException: it already exists"
	}
	if n == 1 && os.Remove(f.path("fails")) == nil {
		return "it broke off"
	}
	return ""
}

// stack is an estate that the fake Terraform provisions, in a folder of its own.
type stack struct {
	t    *testing.T
	dir  string
	cfg  *config.Config
	path string // of lifeboat.yaml

	cloud func(w http.ResponseWriter, asked url.Values) bool // answers what it knows; nil: nothing more than answer does
}

const stackYAML = `# provisioned by a test
version: 1
estate: shop
strategy: warm-standby
objectives: {rpo: 5m, rto: 1h}
regions:
  primary: {name: us-east-1, environment: primary, endpoint: ENDPOINT, clusters: [{name: shop, services: {backend: shop-backend}}], balancers: [{name: shop}], databases: [{id: shop-db}]}
  standby: {name: us-west-2, environment: dr, endpoint: ENDPOINT}
services:
  - {name: backend, full: 2, standby: 1, writes: true, repository: backend}
edge:
  pages: {url: "http://shop.example:1/"}
refresh: {fast: 1h, slow: 1h, edge: 1h, database: 1h}
waits: {poll: 100ms, hold: 100ms, settle: 100ms, call: 2s, probe: 200ms, connect: 200ms}
terraform:
  primary: theirs
  state: {bucket: shop-state}
  inputs: # what the owner says
    database_secret_name: shop/database
    primary_cidrs: [10.0.0.0/16]
    primary_vpc_id: vpc-01
    primary_database_arn: arn:aws:rds:us-east-1:1:db:shop-db
simulated: {director: "127.0.0.1:1"}
`

// newStack is an estate whose roots up to foundation are there.
func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{t: t, dir: t.TempDir()}
	t.Setenv(stackEnv, s.dir)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	cloud := httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(cloud.Close)
	path := filepath.Join(t.TempDir(), config.FileName)
	s.path = path
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(stackYAML, "ENDPOINT", cloud.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.reload(path)
	for _, root := range []string{"bootstrap", "identity", "foundation"} {
		f := fakeRun{s.dir, root}
		f.write("state", f.wanted())
	}
	return s
}

func (s *stack) reload(path string) {
	s.t.Helper()
	var err error
	if s.cfg, err = config.Load(path); err != nil {
		s.t.Fatal(err)
	}
}

// answer is a cloud that knows who asks, the locks of states, and the roles file, which is this machine's.
func (s *stack) answer(w http.ResponseWriter, r *http.Request) {
	if root, ok := strings.CutSuffix(filepath.Base(r.URL.Path), ".tfstate.tflock"); ok {
		object(w, filepath.Join(s.dir, root+".lock"))
		return
	}
	if r.URL.Path == "/api/health" {
		fmt.Fprint(w, `{"environment": "primary", "database": {"status": "connected"}}`)
		return
	}
	if filepath.Base(r.URL.Path) == rolesFile {
		if r.Method == http.MethodPut {
			text, _ := io.ReadAll(r.Body)
			_ = os.WriteFile(filepath.Join(StateBeside(s.path), rolesFile), text, 0o600)
			w.Header().Set("ETag", `"2"`)
			return
		}
		object(w, filepath.Join(StateBeside(s.path), rolesFile))
		return
	}
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeRegistry") {
		fmt.Fprint(w, `{"registryId":"123456789012","replicationConfiguration":{"rules":[]}}`)
		return
	}
	_ = r.ParseForm()
	if s.cloud != nil && s.cloud(w, r.PostForm) {
		return
	}
	if name := r.PostForm.Get("Filters.Filter.1.Values.Value.1"); r.PostForm.Get("Action") == "DescribeDBInstances" && name != "" {
		more, _ := os.ReadFile(filepath.Join(s.dir, name+".database")) // further elements
		fmt.Fprintf(w, `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>%s</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>%s</DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`, name, more)
		return
	}
	if r.PostForm.Get("Action") == "GetCallerIdentity" {
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		return
	}
	w.WriteHeader(http.StatusBadRequest)
}

// object answers with a file as an object of a bucket.
func object(w http.ResponseWriter, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>no</Message></Error>`)
		return
	}
	w.Header().Set("ETag", `"1"`)
	_, _ = w.Write(text)
}

// runner is a process of Lifeboat's.
func (s *stack) runner() *Runner {
	s.t.Helper()
	s.reload(s.cfg.Path)
	r, err := OpenRunner(s.t.Context(), s.cfg, RunnerOptions{Host: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(r.Close)
	return r
}

// applied are the addresses that were made, in order.
func (s *stack) applied() []string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "applied"))
	return strings.Fields(string(text))
}

func (s *stack) put(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}
