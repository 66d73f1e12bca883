package dr

import (
	"testing"

	"lifeboat/dr/config"
)

func TestARegionIsVacantWhileTheStackIsStillToMakeIt(t *testing.T) {
	named := config.Region{Name: "us-east-1", Clusters: []config.Cluster{{Name: "shop"}}, Probe: config.Probe{URL: "https://shop.example/"}}
	bare := config.Region{Name: "us-west-2", Probe: named.Probe}
	found := bare
	found.Discover.Prefix = "shop-"
	for name, c := range map[string]struct {
		primary, standby config.Region
		whose            config.Ownership
		want             [2]bool
	}{
		"whose the primary is was never said": {bare, bare, "", [2]bool{}},
		"nothing is named, and all is ours":   {bare, bare, config.Ours, [2]bool{true, true}},
		"the primary is theirs":               {named, bare, config.Theirs, [2]bool{false, true}},
		"theirs is not ours to make":          {bare, bare, config.Theirs, [2]bool{false, true}},
		"the first is there":                  {named, bare, config.Ours, [2]bool{false, true}},
		"both are there":                      {named, named, config.Ours, [2]bool{}},
		"what is there is found by its name":  {found, found, config.Ours, [2]bool{}},
	} {
		cfg := &config.Config{Regions: config.Regions{Primary: c.primary, Standby: c.standby}, Terraform: config.Terraform{Primary: c.whose}}
		cfg.Edge.API = named.Probe
		if got := [2]bool{vacant(cfg, &cfg.Regions.Primary), vacant(cfg, &cfg.Regions.Standby)}; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		asked := answerable(cfg)
		if got := [2]bool{asked.Regions.Primary.Probe.URL == "", asked.Regions.Standby.Probe.URL == ""}; got != c.want || asked.Edge.API.URL == "" != c.want[0] {
			t.Errorf("%s: not asked are %v, the public API %t", name, got, asked.Edge.API.URL == "")
		}
		if cfg.Edge.API.URL == "" || cfg.Regions.Standby.Probe.URL == "" {
			t.Errorf("%s: the config itself was changed", name)
		}
	}
}
