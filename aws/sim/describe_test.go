package sim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTheDescriptionSaysAllThatAConfigNeeds(t *testing.T) {
	inWorld(t, Options{Speed: 10}, func(t *testing.T, w *world) {
		d := w.Description()
		for _, missing := range empty("", reflect.ValueOf(d)) {
			switch {
			case strings.HasSuffix(missing, ".Standby"), strings.HasSuffix(missing, ".Writes"), strings.HasSuffix(missing, ".MFADevice"), missing == ".Stack", // zero for some
				strings.Contains(missing, ".Probe.") || strings.Contains(missing, "Edge."): // seen below
			default:
				t.Errorf("%s is not said", missing)
			}
		}
		if d.Edge.Pages.URL == "" || d.Edge.API.CAFile == "" || d.Edge.Write.Body == "" || d.Edge.Write.Method == "" || d.Edge.API.Resolve == "" {
			t.Errorf("the public probes lack something: %+v", d.Edge)
		}
		for _, r := range d.Regions {
			if r.Probe.Dial == "" || r.Probe.URL == "" || r.Probe.CAFile == "" || r.Probe.Resolve != "" {
				t.Errorf("the probe of %s is not of its own address: %+v", r.Name, r.Probe)
			}
		}
	})
}

// empty lists the zero values in v by path.
func empty(path string, v reflect.Value) []string {
	var found []string
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, empty(path+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
		return found
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			found = append(found, empty(path, v.Index(i))...)
		}
		if v.Len() > 0 {
			return found
		}
	}
	if v.IsZero() && path != ".Seed" {
		return []string{path}
	}
	return found
}

func TestTheDescriptionIsThatOfTheReferenceEstate(t *testing.T) {
	inWorld(t, Options{Speed: 10}, func(t *testing.T, w *world) {
		d := w.Description()
		want := []ServiceDescription{
			{Name: "frontend", Full: 2, Standby: 1, Repository: "davidshaevel/frontend", Container: "frontend"},
			{Name: "backend", Full: 2, Standby: 1, Writes: true, Repository: "davidshaevel/backend", Container: "backend"},
			{Name: "prometheus", Full: 1, Repository: "davidshaevel/prometheus", Container: "prometheus"},
			{Name: "grafana", Full: 1, Repository: "davidshaevel/grafana", Container: "grafana"},
		}
		if !reflect.DeepEqual(d.Services, want) {
			t.Errorf("services are %+v", d.Services)
		}
		if got := d.Regions[1].Clusters[0].Services["backend"]; got != "davidshaevel-dr-backend" {
			t.Errorf("ECS calls the standby's backend %q", got)
		}
		if got := strings.Join(d.Edge.Records, " "); got != "davidshaevel.com www.davidshaevel.com grafana.davidshaevel.com origin.davidshaevel.com" {
			t.Errorf("the records are %s", got)
		}
		if d.Refresh.Fast != 1500*time.Millisecond || d.Refresh.Slow != 30*time.Second {
			t.Errorf("at ten times the speed it is refreshed every %s and %s", d.Refresh.Fast, d.Refresh.Slow)
		}
	})
}

func TestTheDescriptionStaysWhatItWasWhateverHappens(t *testing.T) {
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		before, _ := json.Marshal(w.Description())
		w.direct(t, "stop-tasks", "us-east-1", "davidshaevel-dev-frontend")
		w.direct(t, "darken", "us-east-1")
		time.Sleep(time.Hour)
		if after, _ := json.Marshal(w.Description()); string(after) != string(before) {
			t.Errorf("it was\n%s\nand is\n%s", before, after)
		}
	})
}
