package edge

import (
	"context"
	"sync"

	"lifeboat/aws/fault"
)

// Changer moves users. It reads afresh, and changes with one request, which it never repeats and, once sent, waits for
// even if its caller breaks off. One that failed as timed out, unreachable, unavailable or unreadable may have been made
// all the same: its caller has to look. Of earlier readings it keeps identifiers, and the zone's records for Distribution.
// It may be used from many goroutines at once. Errors are *fault.Error, or context.Canceled where the caller broke off.
type Changer struct {
	reader *Reader

	mu            sync.Mutex
	zone          string            // id, "" until it was asked for
	records       []Record          // the zone's as last read: they name the regions of origins when Cloudflare is down
	invalidations map[string]string // reference -> id
}

// NewChanger makes a changer, and touches no network. It refuses what NewReader refuses.
func NewChanger(spec Spec) (*Changer, error) {
	r, err := NewReader(spec)
	if err != nil {
		return nil, err
	}
	return &Changer{reader: r, invalidations: map[string]string{}}, nil
}

// Probe asks one question, as Reader's does.
func (c *Changer) Probe(ctx context.Context, p Probe) (Answer, error) { return c.reader.Probe(ctx, p) }

// Public asks everything once that is asked over the network: see Reader.Probes. What is not answered now is not there.
func (c *Changer) Public(ctx context.Context) Probes { return c.reader.Probes(ctx, Probes{}) }

// Alive asks Cloudflare's API for the zone and for the first of its records with the token that would change them. That
// the token may also write is not known before it does.
func (c *Changer) Alive(ctx context.Context) error {
	return c.inZone(ctx, true, func(api *cloudflare, zone string) error {
		_, err := api.firstRecords(ctx, zone)
		return err
	})
}

// inZone does f with Cloudflare's API and the zone's id, which is asked for where it is not known or anew is set.
func (c *Changer) inZone(ctx context.Context, anew bool, f func(api *cloudflare, zone string) error) error {
	api, err := c.reader.cloudflare()
	if err != nil {
		return err
	}
	defer api.close()
	id := c.knownZone()
	if id == "" || anew {
		if id, _, err = api.find(ctx); err != nil {
			return err
		}
		c.knowZone(id)
	}
	err = f(api, id)
	if fault.KindOf(err) == fault.NotFound { // of this id, not of this name
		c.knowZone("")
	}
	return err
}

func (c *Changer) knownZone() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.zone
}

func (c *Changer) knowZone(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone = id
}
