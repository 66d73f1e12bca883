package tf

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inputs are the variables without default that a person gives, or Lifeboat reads from the account or the roles file; all
// others are outputs of roots before.
var inputs = []string{
	"estate", "strategy", "repositories", "clusters", "databases", "domains", "origin_domain", "aliases", "digests",
	"roles_version", "writer_region", "serving_region", "capacity",
}

// source gives a root's own HCL in one text.
func source(t *testing.T, root string) string {
	t.Helper()
	paths, err := fs.Glob(files, path.Join(root, "*.tf"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", root, len(paths), err)
	}
	var b strings.Builder
	for _, p := range paths {
		text, err := files.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

func TestEveryVariableOfARootIsGivenByAPersonOrByARootBefore(t *testing.T) {
	given := slices.Clone(inputs)
	before := map[string][]string{}
	for _, root := range Roots {
		for _, need := range root.Needs {
			if _, ok := before[need]; !ok {
				t.Errorf("%s needs %s, which does not come before it", root.Name, need)
			}
			given = append(given, before[need]...)
		}
		variables, err := Variables(root.Name)
		if err != nil || len(variables) < 10 {
			t.Errorf("%s: %d variables, %v", root.Name, len(variables), err)
		}
		for _, v := range variables {
			if v.Required && !slices.Contains(given, v.Name) {
				t.Errorf("nobody gives %s its %s", root.Name, v.Name)
			}
			if v.Description == "" || v.Type == "" {
				t.Errorf("%s of %s has no description or no type: %+v", v.Name, root.Name, v)
			}
			if strings.HasSuffix(v.Name, "_password") != v.Secret {
				t.Errorf("%s of %s is kept in plans: %t", v.Name, root.Name, !v.Secret)
			}
		}
		outputs, err := Outputs(root.Name)
		if err != nil {
			t.Fatal(err)
		}
		before[root.Name] = outputs
	}
}

// An output is passed on under its own name: it must not meet a variable of the same name that means something else.
func TestAnOutputIsTheVariableOfItsNameOnlyWhereItsRootIsNeeded(t *testing.T) {
	for _, from := range Roots {
		outputs, err := Outputs(from.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range Roots {
			variables, err := Variables(to.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range outputs {
				if name == "roles_checked" || from.Name == to.Name && name == "roles_bucket" {
					continue
				}
				if slices.ContainsFunc(variables, func(v Variable) bool { return v.Name == name }) && !slices.Contains(append(to.Needs, to.Later...), from.Name) {
					t.Errorf("%s has an output %s, which is a variable of %s, and that does not need it", from.Name, name, to.Name)
				}
			}
		}
	}
}

func TestTheRolesVariablesAreTheSameInEveryRootAndHaveNoDefault(t *testing.T) {
	first, err := files.ReadFile("bootstrap/roles.tf")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range Roots {
		text, err := files.ReadFile(root.Name + "/roles.tf")
		if err != nil || string(text) != string(first) {
			t.Errorf("%s: the roles variables differ, %v", root.Name, err)
		}
		if !strings.Contains(source(t, root.Name), `source = "../modules/roles"`) && !strings.Contains(source(t, root.Name), `source    = "../modules/roles"`) {
			t.Errorf("%s does not compare its roles file", root.Name)
		}
	}
	variables, err := Variables("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, v := range variables {
		if slices.Contains([]string{"roles_version", "writer_region", "serving_region", "capacity"}, v.Name) {
			n++
			if !v.Required {
				t.Errorf("%s has a default: a plan without the roles file would go on", v.Name)
			}
			if v.Name == "capacity" && v.Type != "map(map(object({ min = number, max = number })))" {
				t.Errorf("capacity is a %s", v.Type)
			}
		}
	}
	if n != 4 {
		t.Errorf("%d of the four roles variables", n)
	}
}

// No role, distribution, record or provider of another region: such a root plans while the other region, IAM, CloudFront
// and Route 53 do not answer.
func TestRootsThatAFailoverAppliesHoldNothingOutsideTheStandbysRegion(t *testing.T) {
	module := regexp.MustCompile(`source\s+= "\.\./modules/([a-z-]+)"`)
	elsewhere := regexp.MustCompile(`resource "aws_(iam|cloudfront|route53|wafv2|shield|globalaccelerator)_`)
	n := 0
	for _, root := range Roots {
		if !root.Standby {
			continue
		}
		n++
		text := source(t, root.Name)
		if strings.Count(text, "\nprovider \"aws\" {") != 1 || strings.Contains(text, "alias ") ||
			!regexp.MustCompile(`region\s+= var\.region\n\s+sts_region = var\.region`).MatchString(text) {
			t.Errorf("%s has another provider than that of its region, with that region's STS", root.Name)
		}
		for _, m := range module.FindAllStringSubmatch(text, -1) {
			text += source(t, "modules/"+m[1])
		}
		if found := elsewhere.FindString(text); found != "" {
			t.Errorf("%s holds %s", root.Name, found)
		}
	}
	if n != 3 {
		t.Errorf("%d roots are the standby's alone: foundation, data and compute should be", n)
	}
}

func TestTheOperatorsRoleMayDoWhatREADMEAsksForWhoChanges(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	people, err := files.ReadFile("identity/people.tf")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "<!-- change-permissions -->")
	block, _, _ = strings.Cut(block, "<!-- /change-permissions -->")
	asked := regexp.MustCompile("`([a-z0-9-]+:[A-Z][A-Za-z]+)`").FindAllStringSubmatch(block, -1)
	if len(asked) < 10 {
		t.Fatalf("README asks for %d permissions", len(asked))
	}
	for _, m := range asked {
		service, _, _ := strings.Cut(m[1], ":")
		if text := string(people); !strings.Contains(text, `"`+m[1]+`"`) && !strings.Contains(text, `"`+service+`:Describe*"`) {
			t.Errorf("the stack's operator may not %s", m[1])
		}
	}
}

func TestNothingIsHardCoded(t *testing.T) {
	account, arn := regexp.MustCompile(`\b[0-9]{12}\b`), regexp.MustCompile(`arn:aws[a-z-]*:`)
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		if found := account.FindString(string(text)); found != "" {
			t.Errorf("%s holds the account %s", p, found)
		}
		if found := arn.FindString(string(text)); found != "" {
			t.Errorf("%s holds an ARN: %s", p, found)
		}
		if strings.Contains(string(text), "davidshaevel") {
			t.Errorf("%s names the reference estate", p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeMadeGoodIsNeverDestroyedByAPlan(t *testing.T) {
	protected := 0
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range regexp.MustCompile(`(?ms)^resource "(aws_kms_key|aws_s3_bucket|aws_ecr_repository)" "[a-z_]+" \{\n(.*?)^\}`).FindAllStringSubmatch(string(text), -1) {
			protected++
			if !regexp.MustCompile(`prevent_destroy\s+= true`).MatchString(m[2]) {
				t.Errorf("%s: %s can be destroyed", p, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`(?ms)^resource "aws_ecs_service" "[a-z_]+" \{\n(.*?)^\}`).FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(m[1], "ignore_changes = [desired_count]") {
				t.Errorf("%s: an apply would scale", p)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if protected < 3 {
		t.Errorf("only %d keys, buckets and repositories were looked at", protected)
	}
}

func TestEveryModuleAndRootAsksForTheSameProvider(t *testing.T) {
	paths, err := fs.Glob(files, "*/versions.tf")
	if err != nil {
		t.Fatal(err)
	}
	modules, err := fs.Glob(files, "modules/*/versions.tf")
	if err != nil || len(paths) != len(Roots) || len(modules) < 10 {
		t.Fatalf("%d roots, %d modules, %v", len(paths), len(modules), err)
	}
	for _, p := range append(paths, modules...) {
		text, _ := files.ReadFile(p)
		if !strings.Contains(string(text), `version = ">= 5.100, < 7"`) || !strings.Contains(string(text), `required_version = ">= 1.11"`) {
			t.Errorf("%s asks for something else", p)
		}
	}
}

func TestNothingThatAPersonsOwnRunsLeaveIsEmbedded(t *testing.T) {
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if !d.IsDir() && path.Ext(p) != ".tf" || strings.Contains(p, ".terraform") {
			t.Errorf("%s is embedded", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryRootBelongsToAPhase(t *testing.T) {
	for _, want := range []struct{ phase, roots string }{
		{"foundation", "bootstrap identity foundation"}, {"data", "source data"}, {"compute", "compute"}, {"failover", "failover"}, {"primary", "primary"}, {"validation", ""},
	} {
		var names []string
		for _, r := range RootsOf(want.phase) {
			names = append(names, r.Name)
		}
		if strings.Join(names, " ") != want.roots {
			t.Errorf("%s: %v", want.phase, names)
		}
	}
	if _, ok := RootOf("nowhere"); ok {
		t.Error("a root that is not there is found")
	}
}
