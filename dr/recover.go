package dr

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// RestorePoint is a recovery point: what a database can be made of in the region that stands by, and the moment of its data. One of Snapshot
// and Backups is set.
type RestorePoint struct {
	Snapshot string    `json:"snapshot,omitempty"` // a snapshot's name
	Backups  string    `json:"backups,omitempty"`  // ARN of replicated automated backups
	At       time.Time `json:"at"`                 // ORIGINAL time of the data, and of backups the moment that is restored to
	Earliest time.Time `json:"earliest,omitzero"`  // of backups: any moment from it to the point's own At can be restored to
	Of       string    `json:"of"`                 // the instance that the data is of
	Waits    string    `json:"-"`                  // why it cannot be chosen yet, in words; "": it can
}

// pointForm is how a moment of a recovery point is written, and asked for. Terraform and RDS take whole seconds.
const pointForm = "2006-01-02T15:04:05Z"

// Name is what a person calls a point by: a snapshot's name, or the moment in backups.
func (p RestorePoint) Name() string {
	if p.Snapshot != "" {
		return p.Snapshot
	}
	return p.At.UTC().Format(pointForm)
}

// Words say what it is: "snapshot x, of 03:12:00 UTC".
func (p RestorePoint) Words(now time.Time) string {
	return fmt.Sprintf("%s, of %s", p.What(), clock(p.At, now))
}

// What it is, without its time: "snapshot x".
func (p RestorePoint) What() string {
	if p.Snapshot != "" {
		return "snapshot " + plain(p.Snapshot)
	}
	return "replicated backups of " + plain(p.Of)
}

// Loses says how much is lost by restoring it, at most: what was written since its data, until the other region fell silent. silent is
// zero where that still answers.
func (p RestorePoint) Loses(silent, now time.Time) string { return atMost(p.loses(silent, now)) }

func (p RestorePoint) loses(silent, now time.Time) time.Duration {
	if silent.After(p.At) {
		now = silent
	}
	return max(0, now.Sub(p.At))
}

// Same says whether two points are one.
func (p RestorePoint) Same(q RestorePoint) bool {
	return p.Snapshot == q.Snapshot && p.Backups == q.Backups && (p.Snapshot != "" || p.At.Equal(q.At))
}

// input is the point as the stack's variable restore has it.
func (p RestorePoint) input() map[string]any {
	if p.Snapshot != "" {
		return map[string]any{"snapshot": p.Snapshot}
	}
	return map[string]any{"backups_arn": p.Backups, "time": p.At.UTC().Format(pointForm)}
}

// pointOfInput reads what an earlier run has written; false where lifeboat.yaml names none.
func pointOfInput(c *config.Config) (p RestorePoint, ok bool) {
	given, _ := c.Terraform.Inputs["restore"].(map[string]any)
	p.Snapshot, _ = given["snapshot"].(string)
	p.Backups, _ = given["backups_arn"].(string)
	at, _ := given["time"].(string)
	p.At, _ = time.Parse(time.RFC3339, at)
	return p, p.Snapshot != "" || p.Backups != ""
}

// RestorePoints are the recovery points that a region holds of the other's databases, the newest data first: those that can be chosen and
// those that are still being made. Replicated backups are one, of the latest moment that they can be restored to.
func RestorePoints(e *Estate, at string) []RestorePoint {
	r := e.side(at)
	if r.Raw == nil {
		return nil
	}
	var list []RestorePoint
	for _, b := range r.Raw.Backups.Value {
		if b.SourceRegion == "" || b.Latest.IsZero() {
			continue
		}
		p := RestorePoint{Backups: b.ARN, At: b.Latest.Truncate(time.Second), Earliest: b.Earliest, Of: b.Database}
		if b.ARN == "" {
			p.Waits = "RDS does not say what a restore of it names"
		}
		list = append(list, p)
	}
	for _, s := range r.Raw.Snapshots.Value {
		if s.SourceRegion == "" {
			continue
		}
		list = append(list, RestorePoint{Snapshot: s.ID, At: original(s), Of: s.Database, Waits: waits(s)})
	}
	slices.SortStableFunc(list, func(a, b RestorePoint) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Snapshot, b.Snapshot))
	})
	return list
}

// Restores says whether a failover away from a region would restore a database, since nothing replicates to the other.
func (e *Estate) Restores(leaving string) bool {
	r := e.side(e.Other(leaving))
	if e.Strategy == config.WarmStandby || r.Raw == nil {
		return false
	}
	return !slices.ContainsFunc(r.Raw.Databases.Value, func(db aws.Database) bool { return db.Source != "" })
}

// Other is the region of the estate that a region is not.
func (e *Estate) Other(region string) string {
	if e.Regions[0].Name == region {
		return e.Regions[1].Name
	}
	return e.Regions[0].Name
}

// waits is why a snapshot cannot be restored yet; "" where it can.
func waits(s aws.DBSnapshot) string {
	switch s.Status {
	case "available":
		return ""
	case "creating", "copying", "pending":
		return fmt.Sprintf("in progress, %d %%", s.Percent)
	}
	return plain(s.Status)
}

// choosePoint is the point that a person named: a snapshot's name, or a moment, which replicated backups must reach; "" is the newest
// that can be chosen.
func choosePoint(points []RestorePoint, named string) (RestorePoint, error) {
	if named == "" {
		for _, p := range points {
			if p.Waits == "" {
				return p, nil
			}
		}
		return RestorePoint{}, &Refusal{"there is no recovery point: " + noneWords(points), "what is lost with the other region cannot be brought back by Lifeboat"}
	}
	if at, err := time.Parse(time.RFC3339, named); err == nil {
		return pointAt(points, at)
	}
	for _, p := range points {
		if p.Snapshot != named {
			continue
		}
		if p.Waits != "" {
			return p, &Refusal{"snapshot " + named + " cannot be restored: " + p.Waits, "choose another: " + someNames(points)}
		}
		return p, nil
	}
	return RestorePoint{}, &Refusal{"there is no recovery point " + plain(named), "name a snapshot or a moment such as " + time.Now().UTC().Format(pointForm) + ": there are " + someNames(points)}
}

func pointAt(points []RestorePoint, at time.Time) (RestorePoint, error) {
	var reach []string
	for _, p := range points {
		if p.Backups == "" || p.Waits != "" {
			continue
		}
		if !at.Before(p.Earliest.Truncate(time.Second)) && !at.After(p.At) {
			p.At = at.UTC().Truncate(time.Second)
			return p, nil
		}
		reach = append(reach, fmt.Sprintf("%s to %s", p.Earliest.UTC().Format(pointForm), p.At.UTC().Format(pointForm)))
	}
	if reach == nil {
		return RestorePoint{}, &Refusal{"no replicated backups can be restored to a moment", "name a snapshot: " + someNames(points)}
	}
	return RestorePoint{}, &Refusal{"the backups do not reach " + at.UTC().Format(pointForm), "they reach from " + strings.Join(reach, ", and from ")}
}

func noneWords(points []RestorePoint) string {
	if len(points) == 0 {
		return "neither a snapshot nor replicated backups of the other region were found"
	}
	var words []string
	for _, p := range points {
		words = append(words, p.Name()+" is "+p.Waits)
	}
	return commas(words)
}

// someNames are the newest points that can be chosen.
func someNames(points []RestorePoint) string {
	var names []string
	for _, p := range points {
		if p.Waits == "" && len(names) < 4 {
			names = append(names, p.Name())
		}
	}
	if names == nil {
		return "none"
	}
	return commas(names)
}

// readPoint reads a point as it is pinned.
func readPoint(text string) (p RestorePoint, err error) { return p, json.Unmarshal([]byte(text), &p) }
