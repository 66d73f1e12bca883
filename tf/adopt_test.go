package tf

import (
	"strings"
	"testing"
)

func TestWhatCanBeAdoptedStandsInTheStack(t *testing.T) {
	for _, a := range Adoptions {
		text := source(t, a.Root)
		parts := strings.Split(instance.ReplaceAllString(a.Address, ""), ".")
		if parts[0] == "module" {
			if !strings.Contains(text, `module "`+parts[1]+`"`) {
				t.Errorf("%s has no module %s", a.Root, parts[1])
			}
			text, parts = source(t, "modules/postgres"), parts[2:]
		}
		if !strings.Contains(text, `resource "`+parts[0]+`" "`+parts[1]+`"`) {
			t.Errorf("%s has no %s", a.Root, a.Address)
		}
	}
}

func TestTheOwnersRootLetsGoWithoutDestroying(t *testing.T) {
	want := "removed {\n  from = module.cdn.aws_cloudfront_distribution.main\n\n  lifecycle {\n    destroy = false\n  }\n}\n"
	if got := Removed(`module.cdn[0].aws_cloudfront_distribution.main["a"]`); got != want {
		t.Error(got)
	}
}
