package tf

import (
	"io/fs"
	"path"
	"regexp"
)

var (
	variableLine = regexp.MustCompile(`(?m)^variable "([a-z0-9_]+)" \{`)
	outputLine   = regexp.MustCompile(`(?m)^output "([a-z0-9_]+)" \{`)
)

// Variables are the names of the variables that a root declares, in the order of its files.
func Variables(root string) ([]string, error) { return declared(root, variableLine) }

// Outputs are the names of the outputs that a root declares. Those of one root are variables of the next under the same
// name.
func Outputs(root string) ([]string, error) { return declared(root, outputLine) }

func declared(root string, line *regexp.Regexp) ([]string, error) {
	paths, err := fs.Glob(files, path.Join(root, "*.tf"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range paths {
		text, err := files.ReadFile(p)
		if err != nil {
			return nil, err
		}
		for _, m := range line.FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	return names, nil
}
