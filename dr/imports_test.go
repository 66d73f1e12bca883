package dr_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is design.md's table of directions: what a folder of ours may import of ours. aws/fault is open to everyone,
// and what is not listed imports nothing else. A trailing /... covers what is below.
var mayImport = map[string][]string{
	".":         {"views/cli"},
	"views/cli": {"..."},
	"views":     {"views/...", "ui/...", "dr", "dr/config", "dr/runbook"},
	"ui":        {"ui/..."},
	"dr":        {"dr/config", "dr/runbook", "dr/pg", "aws", "aws/edge", "tf"},
	"aws/edge":  {"aws"},
	"aws/sim":   {"aws/sim/..."},
	"tf":        {"tf/stack"},
}

// Tests may use the simulated cloud, and the simulated cloud's tests the readers that it must answer.
var (
	testsMayImport    = []string{"aws/sim/..."}
	simTestsMayImport = []string{"aws/sim/...", "aws", "aws/edge", "dr/pg"}
)

const module = "lifeboat"

func TestPackagesImportInOneDirection(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			return skip(err)
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		seen++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if reason := refused(filepath.ToSlash(rel), imported, strings.HasSuffix(path, "_test.go")); reason != "" {
				t.Errorf("%s: %s", strings.TrimPrefix(filepath.ToSlash(path), "../"), reason)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Fatalf("only %d files were looked at: the test is looking in the wrong place", seen)
	}
}

func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// refused says why a folder may not import a path, "" where it may.
func refused(folder, imported string, test bool) string {
	own, ours := strings.CutPrefix(imported, module+"/")
	if !ours {
		if banned[imported] != "" {
			return "imports " + imported + ": " + banned[imported]
		}
		return ""
	}
	also := testsMayImport
	if covers(testsMayImport, folder) {
		also = simTestsMayImport
	}
	if own == "aws/fault" || test && (own == folder || covers(also, own)) || covers(allowed(folder), own) {
		return ""
	}
	return folder + " may not import " + own
}

// allowed is what the table says of a folder, or of the nearest one above it. Folders below views and aws/sim are of
// the same part; the packages below dr and aws are parts of their own.
func allowed(folder string) []string {
	if list, ok := mayImport[folder]; ok {
		return list
	}
	for _, part := range []string{"views/cli", "views", "ui", "aws/sim"} {
		if strings.HasPrefix(folder, part+"/") {
			return mayImport[part]
		}
	}
	return nil
}

func covers(list []string, imported string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		under, all := strings.CutSuffix(p, "...")
		return p == imported || all && (strings.HasPrefix(imported, under) || imported == strings.TrimSuffix(under, "/"))
	})
}

// banned are packages whose cost design.md gives.
var banned = map[string]string{
	"github.com/cloudflare/cloudflare-go/v7":   "its root pulls 131 packages; take its service packages",
	"github.com/aws/aws-sdk-go-v2/service/ec2": "50 s and 3 GB to compile",
	"github.com/charmbracelet/bubbletea":       "the old one; take charm.land/bubbletea/v2",
	"github.com/charmbracelet/bubbletea/v2":    "an old beta; take charm.land/bubbletea/v2",
}

func TestTheTableOfDirectionsIsKept(t *testing.T) {
	for _, c := range []struct {
		folder, imported string
		test, ok         bool
	}{
		{"dr", "lifeboat/aws", false, true}, {"dr", "lifeboat/aws/fault", false, true}, {"dr", "lifeboat/views", false, false},
		{"dr/pg", "lifeboat/aws/fault", false, true}, {"dr/pg", "lifeboat/aws", false, false}, {"dr/config", "lifeboat/dr", false, false},
		{"aws", "lifeboat/aws/edge", false, false}, {"aws/edge", "lifeboat/aws", false, true}, {"aws/sim/cloud", "lifeboat/aws", false, false},
		{"aws/sim/cloud", "lifeboat/aws/sim/wire", false, true}, {"aws/sim", "lifeboat/aws/sim/cloud", false, true},
		{"views", "lifeboat/dr", false, true}, {"views", "lifeboat/aws", false, false}, {"views/estate", "lifeboat/ui", false, true},
		{"views/estate", "lifeboat/dr/pg", false, false}, {"views", "lifeboat/views/cli", false, true},
		{"views/cli", "lifeboat/aws/sim", false, true}, {"ui", "lifeboat/dr", false, false}, {".", "lifeboat/views/cli", false, true},
		{".", "lifeboat/dr", false, false}, {"aws", "lifeboat/aws/sim", true, true}, {"aws", "lifeboat/aws/sim", false, false},
		{"aws/sim/pgwire", "lifeboat/dr/pg", true, true}, {"aws/sim/pgwire", "lifeboat/dr/pg", false, false}, {"aws/sim", "lifeboat/dr", true, false},
		{"dr", "lifeboat/views", true, false}, {"dr", "lifeboat/dr", true, true},
		{"aws", "github.com/aws/aws-sdk-go-v2/service/ec2", false, false}, {"aws", "github.com/aws/aws-sdk-go-v2/service/ecs", false, true},
	} {
		if got := refused(c.folder, c.imported, c.test); (got == "") != c.ok {
			t.Errorf("%s -> %s (test %t): %q", c.folder, c.imported, c.test, got)
		}
	}
}
