//go:build unix

package tf

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAResourceThatIsThereIsImportedByWhatItsPlanSays(t *testing.T) {
	at := Place{"aws", "us-west-2", "123456789012"}
	for _, c := range []struct {
		change Change
		id     string
	}{
		{Change{Address: "module.a[\"x\"].aws_cloudwatch_log_group.this", Type: "aws_cloudwatch_log_group", Name: "/ecs/shop", Action: Add}, "/ecs/shop"},
		{Change{Address: "aws_sns_topic.a", Type: "aws_sns_topic", Name: "alarms", Action: Add}, "arn:aws:sns:us-west-2:123456789012:alarms"},
		{Change{Address: "aws_iam_policy.a", Type: "aws_iam_policy", Name: "read", Action: Add}, "arn:aws:iam::123456789012:policy/read"},
		{Change{Address: "aws_ecs_service.a", Type: "aws_ecs_service", Name: "shop-backend", Action: Add, Will: map[string]string{"cluster": "arn:aws:ecs:us-west-2:123456789012:cluster/shop"}}, "shop/shop-backend"},
		{Change{Address: "aws_ecs_service.a", Type: "aws_ecs_service", Name: "shop-backend", Action: Add}, ""},
		{Change{Address: "aws_lb.a", Type: "aws_lb", Name: "shop", Action: Add}, ""},
		{Change{Address: "aws_ecr_repository.a", Type: "aws_ecr_repository", Name: "a", Action: Update}, ""},
		{Change{Address: "aws_ecr_repository.a", Type: "aws_ecr_repository", Action: Add}, ""},
	} {
		got, ok := ImportOf(c.change, at)
		if ok != (c.id != "") || got.ID != c.id || ok && got.To != c.change.Address {
			t.Errorf("%s: %+v, %t", c.change.Address, got, ok)
		}
	}
}

func TestWhatIsImportedAndChangedAtOnceCountsAsBoth(t *testing.T) {
	p := Plan{Changes: []Change{{Action: Adopt, ID: "a"}, {Action: Update, ID: "b"}, {Action: Update}}}
	if got := p.Counts(); got != (Counts{Import: 2, Change: 2}) {
		t.Errorf("%s", got.Words())
	}
}

func TestImportsStandInTheirRootUntilTheyAreGiven(t *testing.T) {
	d := faked(t, "ok", Spec{Imports: []Import{{To: `aws_a.b["${x}"]`, ID: `n"${var.x}%{if}`}}})
	path := filepath.Join(d.path, importsFile)
	text, err := os.ReadFile(path)
	if want := "import {\n  to = aws_a.b[\"${x}\"]\n  id = \"n\\\"$${var.x}%%{if}\"\n}\n"; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	s := d.spec
	s.Imports = nil
	if _, err := Prepare(s); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("what was imported is imported again")
	}
}

func TestAStateIsOpenedWithoutTheRootsOwnFiles(t *testing.T) {
	for want, s := range map[string]Spec{
		`backend "s3"`:         {Bare: true, Backend: &Backend{Bucket: "b", Region: "us-west-2"}},
		`path = "/a/b.tfstate`: {Bare: true, Root: "bootstrap", Local: "/a/b.tfstate"},
	} {
		d := faked(t, "ok", s)
		names, err := filepath.Glob(filepath.Join(d.path, "*"))
		text, readErr := os.ReadFile(filepath.Join(d.path, bareFile))
		if err != nil || readErr != nil || len(names) != 1 || !strings.Contains(string(text), want) || filepath.Base(d.path) != d.spec.Root {
			t.Errorf("%v holds %s, %v", names, text, readErr)
		}
	}
}

func TestOnlyTheGroupsOfThisProcessesChildrenAreEnded(t *testing.T) {
	list := "  10     1    10\n  20    10    20\n  21    20    20\n  22    10    10\n  23    99    23\nheading\n"
	if got := leaders(list, 10); !slices.Equal(got, []int{20}) {
		t.Errorf("%v", got)
	}
}
