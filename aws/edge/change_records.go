package edge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lifeboat/aws/fault"
)

// Records are the zone's records that belong to the estate, each with the region that it leads to. Where lifeboat.yaml
// names none they are those that lead to a balancer or to some CDN: whose, CloudFront would have to be asked.
func (c *Changer) Records(ctx context.Context) ([]Record, error) {
	all, err := c.allRecords(ctx)
	if err != nil {
		return nil, err
	}
	return c.reader.estate(all, c.reader.signposts(all), ""), nil
}

// allRecords are the zone's, the estate's or not.
func (c *Changer) allRecords(ctx context.Context) (all []Record, err error) {
	err = c.inZone(ctx, false, func(api *cloudflare, zone string) error {
		all, err = api.records(ctx, zone)
		return err
	})
	if err == nil {
		c.mu.Lock()
		c.records = all
		c.mu.Unlock()
	}
	return all, err
}

// Switched says how many of the changes hold: the record of this id has the content To. foreign are the names of those
// that hold neither From nor To, or are gone: somebody else changed them.
func (c *Changer) Switched(ctx context.Context, changes []RecordChange) (done int, foreign []string, err error) {
	if len(changes) == 0 {
		return 0, nil, nil
	}
	all, err := c.allRecords(ctx)
	if err != nil {
		return 0, nil, err
	}
	left, foreign := outstanding(all, changes)
	return len(changes) - len(left) - len(foreign), foreign, nil
}

// SwitchRecords makes the changes that do not hold yet, all in one batch: every record keeps its name, TTL, proxied state,
// comment and tags. It looks first, and changes nothing where somebody else has changed one of the records (fault.Refused)
// or where no change is left to make. Cloudflare does a batch wholly or not at all.
func (c *Changer) SwitchRecords(ctx context.Context, changes []RecordChange) error {
	if len(changes) == 0 {
		return nil
	}
	all, err := c.allRecords(ctx)
	if err != nil {
		return err
	}
	left, foreign := outstanding(all, changes)
	return c.inZone(ctx, false, func(api *cloudflare, zone string) error {
		if err := sound(left, foreign); err != nil {
			return api.fault(askBatch, fault.Refused, err)
		}
		if len(left) == 0 {
			return nil
		}
		return api.batch(ctx, zone, left)
	})
}

// outstanding are the records that hold what a change is to change, with what they are to hold, and the names of those
// that hold neither that nor what it comes to.
func outstanding(records []Record, changes []RecordChange) (left []pointed, foreign []string) {
	now := map[string]Record{}
	for _, r := range records {
		now[r.ID] = r
	}
	for _, c := range changes {
		r, found := now[c.ID]
		switch {
		case found && plain(r.Content) == plain(c.To):
		case found && plain(r.Content) == plain(c.From):
			left = append(left, pointed{r, c.To})
		default:
			foreign = append(foreign, c.Name)
		}
	}
	return left, foreign
}

// pointed is a record and what it is to hold.
type pointed struct {
	Record
	to string
}

// sound is why a batch must not be sent; nil where it may.
func sound(left []pointed, foreign []string) error {
	if len(foreign) > 0 {
		return fmt.Errorf("somebody else changed %s meanwhile", strings.Join(foreign, ", "))
	}
	for _, p := range left {
		if p.to == "" {
			return errors.New(p.Name + " would be pointed at nothing")
		}
		if p.Type == aliasType && !hostname(p.to) {
			return fmt.Errorf("%s would be pointed at %q, which is no host's name", p.Name, p.to)
		}
	}
	return nil
}

// hostname says whether name has the form of a host's full name.
func hostname(name string) bool {
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	for _, label := range labels {
		if label == "" || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return len(labels) > 1
}
