package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
)

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
