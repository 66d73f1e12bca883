package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"lifeboat/aws/sim/cloud"
)

// Action is one thing that the director can do to the simulated cloud.
type Action struct {
	Name        string   `json:"name"`  // darken
	Usage       string   `json:"usage"` // darken REGION
	Args        []Arg    `json:"args"`
	Description string   `json:"description"` // in words
	Ends        string   `json:"ends"`        // how it ends, in words; "" where it is over at once
	Active      []string `json:"active"`      // what of it is in force now, as it was called: "darken us-east-1"
}

// Arg is an argument of an action.
type Arg struct {
	Name     string   `json:"name"` // REGION
	Optional bool     `json:"optional"`
	Choices  []string `json:"choices"` // what it may be, where that is a short list
}

// directorPrefix is where the director is spoken to, on the simulator's own address.
const directorPrefix = "/_director/"

// order is what a client asks the director for.
type order struct {
	Action string   `json:"action"`
	Args   []string `json:"args"`
}

// refusal is why an order was not carried out.
type refusal struct {
	Error string `json:"error"`
}

// director answers GET actions with the list of them, and carries out POST do.
func director(c *cloud.Cloud) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+directorPrefix+"actions", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, actions(c))
	})
	mux.HandleFunc("POST "+directorPrefix+"do", func(w http.ResponseWriter, r *http.Request) {
		var o order
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&o); err != nil {
			reply(w, http.StatusBadRequest, refusal{Error: "the order is not JSON of the form {\"action\": NAME, \"args\": [...]}: " + err.Error()})
			return
		}
		if err := c.Do(o.Action, o.Args...); err != nil {
			reply(w, http.StatusBadRequest, refusal{Error: err.Error()})
			return
		}
		reply(w, http.StatusOK, actions(c))
	})
	return mux
}

// actions is the model's table, with what of it is in force.
func actions(c *cloud.Cloud) []Action {
	orders, list := c.InForce(), []Action{}
	for _, a := range cloud.Actions() {
		out := Action{Name: a.Name, Usage: a.Usage(), Args: arguments(c, a), Description: a.About, Ends: a.Undo, Active: []string{}}
		for _, order := range orders {
			if name, _, _ := strings.Cut(order, " "); name == a.Name {
				out.Active = append(out.Active, order)
			}
		}
		list = append(list, out)
	}
	return list
}

func arguments(c *cloud.Cloud, a cloud.Action) []Arg {
	regions := []string{}
	c.Locked(func(w *cloud.World) {
		for _, r := range w.Regions {
			regions = append(regions, r.Name)
		}
	})
	list := []Arg{}
	for _, arg := range a.Args {
		out := Arg{Name: arg.Name, Optional: arg.Optional, Choices: []string{}}
		switch arg.Kind {
		case cloud.RegionName:
			out.Choices = regions
		case cloud.RegionOrAll:
			out.Choices = append(slices.Clone(regions), "all")
		}
		list = append(list, out)
	}
	return list
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
