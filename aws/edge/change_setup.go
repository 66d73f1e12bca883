package edge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"lifeboat/aws/fault"
)

// Mark is the comment of records and the description of health checks that Lifeboat has made. Undo deletes nothing without it.
const Mark = "made by lifeboat"

// AllRecords are the zone's records that lead to addresses or names, the estate's or not, as they are now.
func (c *Changer) AllRecords(ctx context.Context) ([]Record, error) { return c.allRecords(ctx) }

// IsSetUp says how many of the changes hold: the record is there and has its content. foreign are the names of those that somebody
// else made or changed meanwhile, or where something is in the way.
func (c *Changer) IsSetUp(ctx context.Context, changes []RecordSetup) (done int, foreign []string, err error) {
	if len(changes) == 0 {
		return 0, nil, nil
	}
	all, err := c.allRecords(ctx)
	if err != nil {
		return 0, nil, err
	}
	_, done, foreign = unset(all, changes)
	return done, foreign, nil
}

// SetUp makes the changes that do not hold yet, all in one batch, which Cloudflare does wholly or not at all. A changed record
// keeps all but its content; a made one carries Mark. It looks first, and changes nothing where somebody else has changed one of
// the records, or something is in the way (fault.Refused), or no change is left to make.
func (c *Changer) SetUp(ctx context.Context, changes []RecordSetup) error {
	return c.sendBatch(ctx, changes, unset)
}

// IsUndone says how many of the changes do not hold any more, and how many cannot be undone: see UndoSetUp.
func (c *Changer) IsUndone(ctx context.Context, changes []RecordSetup) (done int, foreign []string, err error) {
	all, err := c.allRecords(ctx)
	if err != nil {
		return 0, nil, err
	}
	_, done, foreign = still(all, changes)
	return done, foreign, nil
}

// UndoSetUp takes the changes back in one batch: a record that was made is deleted, one that was changed gets the content that it
// had. What somebody else has changed since is left, and nothing is undone then (fault.Refused). A record that does not carry Mark
// is not deleted.
func (c *Changer) UndoSetUp(ctx context.Context, changes []RecordSetup) error {
	return c.sendBatch(ctx, changes, still)
}

// sendBatch looks at the zone and sends what find says is left to do.
func (c *Changer) sendBatch(ctx context.Context, changes []RecordSetup, find func([]Record, []RecordSetup) (bundle, int, []string)) error {
	if len(changes) == 0 {
		return nil
	}
	all, err := c.allRecords(ctx)
	if err != nil {
		return err
	}
	left, _, foreign := find(all, changes)
	return c.inZone(ctx, false, func(api *cloudflare, zone string) error {
		err := left.sound(c.reader.spec.Zone)
		if problem := problemsOf(changes); problem != "" {
			err = errors.New(problem)
		} else if len(foreign) > 0 {
			err = fmt.Errorf("somebody else changed %s meanwhile", strings.Join(foreign, ", "))
		}
		switch {
		case err != nil:
			return api.fault(askBatch, fault.Refused, err)
		case left.empty():
			return nil
		}
		return api.send(ctx, zone, left)
	})
}

// problemsOf says what is in the way of changes; "" for nothing.
func problemsOf(changes []RecordSetup) string {
	var words []string
	for _, c := range changes {
		if c.Action == SetupInWay {
			words = append(words, c.Problem)
		}
	}
	return strings.Join(words, "; ")
}

// unset are the changes that do not hold yet, how many hold, and the names that somebody else has changed.
func unset(records []Record, changes []RecordSetup) (left bundle, done int, foreign []string) {
	for _, c := range changes {
		there := named(records, c.Name)
		switch {
		case c.Action == SetupInWay:
			foreign = append(foreign, c.Name)
		case len(there) == 1 && there[0].Type == c.Type && plain(there[0].Content) == plain(c.Content):
			done++
		case c.Action == SetupCreate && len(there) == 0:
			left.posts = append(left.posts, c.RecordSpec)
		case c.Action == SetupChange && len(there) == 1 && there[0].ID == c.ID && plain(there[0].Content) == plain(c.Before):
			left.patches = append(left.patches, pointed{there[0], c.Content})
		default:
			foreign = append(foreign, c.Name)
		}
	}
	return left, done, foreign
}

// still are the changes that hold and are to be undone, how many do not hold any more, and the names that somebody else has changed.
func still(records []Record, changes []RecordSetup) (left bundle, done int, foreign []string) {
	for _, c := range changes {
		there := named(records, c.Name)
		holds := len(there) == 1 && there[0].Type == c.Type && plain(there[0].Content) == plain(c.Content)
		switch {
		case c.Action == SetupLeave || c.Action == SetupInWay:
			done++
		case c.Action == SetupCreate && len(there) == 0:
			done++
		case c.Action == SetupCreate && holds && there[0].Ours:
			left.deletes = append(left.deletes, there[0])
		case c.Action == SetupChange && holds && there[0].ID == c.ID:
			left.patches = append(left.patches, pointed{there[0], strings.TrimSuffix(c.Before, ".")})
		case c.Action == SetupChange && len(there) == 1 && plain(there[0].Content) == plain(c.Before):
			done++
		default:
			foreign = append(foreign, c.Name)
		}
	}
	return left, done, foreign
}

// bundle is what one batch does.
type bundle struct {
	deletes []Record
	patches []pointed
	posts   []RecordSpec
}

func (b bundle) empty() bool { return len(b.deletes)+len(b.patches)+len(b.posts) == 0 }

// sound is why the batch must not be sent; nil where it may.
func (b bundle) sound(zone string) error {
	if err := sound(b.patches, nil); err != nil {
		return err
	}
	for _, p := range b.posts {
		switch {
		case p.Type != aliasType:
			return fmt.Errorf("%s would be a %s: Lifeboat makes CNAMEs only", p.Name, p.Type)
		case !hostname(p.Content):
			return fmt.Errorf("%s would be pointed at %q, which is no host's name", p.Name, p.Content)
		case !InZone(p.Name, zone):
			return fmt.Errorf("%s is no name of this zone", p.Name)
		}
	}
	return nil
}

// Looked is what one resolver says of a name.
type Looked struct {
	Resolver string // host:port
	Resolved
	Err error
}

// Lookup asks every resolver of the spec for a name's addresses, side by side, in the spec's order.
func (c *Changer) Lookup(ctx context.Context, name string) []Looked {
	list := make([]Looked, len(c.reader.spec.Resolvers))
	var all sync.WaitGroup
	for i, resolver := range c.reader.spec.Resolvers {
		list[i].Resolver = resolver
		all.Go(fault.Caught(func() { list[i].Resolved, list[i].Err = c.reader.lookup(ctx, resolver, name) }))
	}
	all.Wait()
	return list
}

// LeadsTo says whether a name that was looked up leads to target: by its chain, or by an address of target's own as the same resolver
// gives it (Cloudflare answers for a zone's apex, and for what it proxies, with addresses only).
func (c *Changer) LeadsTo(ctx context.Context, l Looked, target string) (bool, error) {
	for _, name := range l.Chain {
		if plain(name) == plain(target) {
			return true, nil
		}
	}
	there, err := c.reader.lookup(ctx, l.Resolver, target)
	for _, address := range there.Addresses {
		if slices.Contains(l.Addresses, address) {
			return true, nil
		}
	}
	return false, err
}

// Pools are the load-balancing pools of the zone's account: a paid feature. Lifeboat makes and changes none.
func (c *Changer) Pools(ctx context.Context) (list []Pool, err error) {
	api, err := c.reader.cloudflare()
	if err != nil {
		return nil, err
	}
	defer api.close()
	_, account, err := api.find(ctx)
	if err != nil {
		return nil, err
	}
	return api.pools(ctx, account)
}
