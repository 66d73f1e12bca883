package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lifeboat/dr"
	"lifeboat/dr/config"
)

// An estate is watched by what its lifeboat.yaml says now: a run of provisioning writes the names of what it made there while a cockpit
// is open.
func TestACockpitWatchesWhatItsLifeboatYAMLNamesNow(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the looks at a file")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const found = "\n    endpoint: http://127.0.0.1:1\n    discover: {prefix: shop}\n"
	text := strings.NewReplacer("us-east-1\n", "us-east-1"+found, "us-west-2\n", "us-west-2"+found).
		Replace("version: 1\nestate: shop\nstrategy: warm-standby\nobjectives: {rpo: 5m, rto: 1h}\nregions:\n  primary:\n    name: us-east-1\n    environment: primary\n" +
			"  standby:\n    name: us-west-2\n    environment: dr\nservices:\n  - name: backend\n    full: 2\n    standby: 1\n")
	path := filepath.Join(t.TempDir(), "lifeboat.yaml")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(text)
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := openLiving(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	news, stop := l.Subscribe()
	defer stop()
	first := l.now()
	put(text + "  - name: frontend\n    full: 2\n    standby: 1\n")
	for e := range news {
		if slices.ContainsFunc(e.Regions[1].Services, func(s dr.Service) bool { return s.Name == "frontend" }) {
			if l.now() == first || e.Revision <= first.Estate().Revision {
				t.Errorf("the old watch goes on, or a cockpit takes revision %d for an old one", e.Revision)
			}
			return
		}
	}
	t.Fatal("the estate was never watched anew")
}
