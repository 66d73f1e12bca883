package tf

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Variable is an input of a root, as its files declare it.
type Variable struct {
	Name        string
	Type        string // as in HCL, in one line: map(object({ min = number, max = number }))
	Description string
	Required    bool   // it has no default
	Default     string // as in HCL, in one line
	Secret      bool   // sent once, kept in no plan and no state
}

// Blocks begin in the first column and end with a brace there: `terraform fmt` sees to it, and a test that it is run.
var (
	variableBlock = regexp.MustCompile(`(?ms)^variable "([a-z0-9_]+)" \{\n(.*?)^\}`)
	outputBlock   = regexp.MustCompile(`(?ms)^output "([a-z0-9_]+)" \{\n(.*?)^\}`)

	description = regexp.MustCompile(`(?m)^  description\s*= "(.*)"$`)
	typeOf      = regexp.MustCompile(`(?ms)^  type\s*= (.*?)(?:\n  [a-z]|\n\n|\z)`)
	defaultOf   = regexp.MustCompile(`(?ms)^  default\s*= (.*?)(?:\n  [a-z]|\n\n|\z)`)
	hasDefault  = regexp.MustCompile(`(?m)^  default\s*=`)
	ephemeral   = regexp.MustCompile(`(?m)^  ephemeral\s*= true$`)
	spaces      = regexp.MustCompile(`\s+`)
)

// Variables are the inputs of a root, in the order of its files.
func Variables(root string) ([]Variable, error) {
	var list []Variable
	err := eachBlock(root, variableBlock, func(name, body string) {
		v := Variable{Name: name, Required: !hasDefault.MatchString(body), Secret: ephemeral.MatchString(body)}
		if m := description.FindStringSubmatch(body); m != nil {
			v.Description = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(m[1])
		}
		if m := typeOf.FindStringSubmatch(body); m != nil {
			v.Type = strings.TrimSpace(spaces.ReplaceAllString(m[1], " "))
		}
		if m := defaultOf.FindStringSubmatch(body); m != nil {
			v.Default = strings.TrimSpace(spaces.ReplaceAllString(m[1], " "))
		}
		list = append(list, v)
	})
	return list, err
}

// Outputs are the names of the outputs of a root. Those of one root are variables of the next under the same name.
func Outputs(root string) ([]string, error) {
	var names []string
	err := eachBlock(root, outputBlock, func(name, _ string) { names = append(names, name) })
	return names, err
}

func eachBlock(root string, block *regexp.Regexp, do func(name, body string)) error {
	paths, err := fs.Glob(files, path.Join(root, "*.tf"))
	if err != nil {
		return err
	}
	for _, p := range paths {
		text, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			do(m[1], m[2])
		}
	}
	return nil
}
