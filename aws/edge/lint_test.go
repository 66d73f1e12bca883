package edge

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLintFindsWhatWouldKeepTheBridgeFromHolding(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Distribution)
		want   []string // ID, subject, and a ! where it is broken
		text   string
	}{
		"a bridge that holds": {func(*Distribution) {}, nil, ""},
		"no bridge at all":    {func(d *Distribution) { *d = Distribution{} }, nil, ""},
		"writes through a group": {func(d *Distribution) { d.Behaviors[3].Methods = []string{"GET", "POST", "DELETE"} },
			[]string{"group-writes behavior *!"}, "allows POST, DELETE"},
		"a criterion missing": {func(d *Distribution) { d.Groups[0].Statuses = []int{500, 502, 404} },
			[]string{"group-statuses origin group pages"}, "not asked on 503, 504"},
		"no criteria": {func(d *Distribution) { d.Groups[0].Statuses = nil },
			[]string{"group-statuses origin group pages!"}, "not asked on 500, 502, 503, 504"},
		"one member": {func(d *Distribution) { d.Groups[0].Members = []string{"origin"} }, []string{"group-members origin group pages!"}, "one member"},
		"no member":  {func(d *Distribution) { d.Groups[0].Members = nil }, []string{"group-members origin group pages!"}, "one member"},
		"a stranger": {func(d *Distribution) { d.Groups[0].Members[1] = "N/A" }, []string{"group-members origin group pages!"}, "no origin N/A"},
		"one region": {func(d *Distribution) { d.Origins[1].Region = "us-east-1" }, []string{"group-region origin group pages!"}, "us-east-1"},
		"not known":  {func(d *Distribution) { d.Origins[0].Region, d.Origins[1].Region = "", "" }, nil, ""},
		"slow": {func(d *Distribution) {
			d.Origins[0].ConnectAttempts = 3
			d.Origins[0].ConnectTimeout = 10 * time.Second
		}, []string{"group-slow origin group pages"}, "3 x 10s"},
		"just enough": {func(d *Distribution) { d.Origins[0].ConnectAttempts = 2; d.Origins[0].ConnectTimeout = 5 * time.Second }, nil, ""},
		"a slow second origin": {func(d *Distribution) {
			d.Origins[1].ConnectAttempts = 3
			d.Origins[1].ConnectTimeout = 10 * time.Second
		},
			nil, ""},
		"the API in the group": {func(d *Distribution) { d.Behaviors = d.Behaviors[1:] }, []string{"api-in-group behavior *!"}, "/api/health and /api/rows through the origin group pages"},
	} {
		t.Run(name, func(t *testing.T) {
			d := bridged()
			c.change(&d)
			var got []string
			var texts strings.Builder
			for _, f := range Lint(d, "/api/health", "/api/rows") {
				line := f.ID + " " + f.Subject
				if f.Broken {
					line += "!"
				}
				got = append(got, line)
				texts.WriteString(f.Text)
				if f.Remedy == "" {
					t.Errorf("%s has no remedy", f.ID)
				}
			}
			if !slices.Equal(got, c.want) || !strings.Contains(texts.String(), c.text) {
				t.Errorf("found %v (%s), want %v (%s)", got, texts.String(), c.want, c.text)
			}
		})
	}
}
