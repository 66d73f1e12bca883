package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
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

// DirectorClient speaks to the director of a running simulator.
type DirectorClient struct {
	addr   string
	client *http.Client
}

// Dial makes a client for the director at addr (host:port). Nothing is sent before the first call.
func Dial(addr string) (*DirectorClient, error) {
	return DialThrough(addr, new(net.Dialer).DialContext)
}

// DialThrough is Dial over connections that dial makes.
func DialThrough(addr string, dial func(ctx context.Context, network, addr string) (net.Conn, error)) (*DirectorClient, error) {
	addr = strings.TrimSuffix(strings.TrimPrefix(addr, "http://"), "/")
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("the director's address %q is not host:port: %w", addr, err)
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	return &DirectorClient{addr: addr, client: &http.Client{Transport: transport}}, nil
}

// Actions lists what the director can do, and what of it is in force.
func (d *DirectorClient) Actions(ctx context.Context) ([]Action, error) {
	return d.call(ctx, http.MethodGet, "actions", nil)
}

// Do carries out one action. The error says what was wrong with the order, or that the director cannot be reached.
func (d *DirectorClient) Do(ctx context.Context, name string, args ...string) error {
	body, err := json.Marshal(order{Action: name, Args: args})
	if err != nil {
		return err
	}
	_, err = d.call(ctx, http.MethodPost, "do", body)
	return err
}

func (d *DirectorClient) call(ctx context.Context, method, path string, body []byte) ([]Action, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+d.addr+directorPrefix+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := d.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the simulator's director at %s: %w", d.addr, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		var why refusal
		if json.NewDecoder(response.Body).Decode(&why) != nil || why.Error == "" {
			return nil, fmt.Errorf("the simulator's director at %s answers %s: is it a simulator's address?", d.addr, response.Status)
		}
		return nil, fmt.Errorf("the director refuses: %s", why.Error)
	}
	var list []Action
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		return nil, fmt.Errorf("the simulator's director at %s does not answer in its own words (is it a simulator's address?): %w", d.addr, err)
	}
	return list, nil
}
