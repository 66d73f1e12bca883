package edge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// RecordSpec is a DNS record as provisioning wants it.
type RecordSpec struct {
	Name    string        `json:"name"`
	Type    string        `json:"type"` // CNAME
	Content string        `json:"content"`
	TTL     time.Duration `json:"ttl,omitempty"`     // of one that is made; one that is there keeps its own. 0: Cloudflare's automatic
	Proxied bool          `json:"proxied,omitempty"` // likewise
	Why     string        `json:"why,omitempty"`     // what it is for, in a few words
}

// SetupAction is what is done to a record or a health check.
type SetupAction string

const (
	SetupCreate SetupAction = "create"
	SetupChange SetupAction = "change"
	SetupLeave  SetupAction = "leave"  // it is so already
	SetupInWay  SetupAction = "in way" // something stands there that Lifeboat does not touch: RecordSetup.Problem
)

// RecordSetup is what is to be done so that a record is as wanted. It is pinned in journals: what was there is what undo needs.
type RecordSetup struct {
	RecordSpec
	Action  SetupAction `json:"action"`
	ID      string      `json:"id,omitempty"`      // of the record that is there
	Before  string      `json:"before,omitempty"`  // its content, as Cloudflare gave it
	Problem string      `json:"problem,omitempty"` // why the record cannot be made
}

// PlanSetup are what is to be done so that every wanted record is there, in the order of wanted. A record of the name and type
// that has another content is changed, and keeps the rest of what it is. Nothing is ever deleted, and no record is narrowed: where
// records of another type stand under the name (addresses, beside which Cloudflare takes no CNAME), or several of its own, the
// wanted one is SetupInWay. It asks nobody.
func PlanSetup(records []Record, wanted []RecordSpec) []RecordSetup {
	var list []RecordSetup
	for _, want := range wanted {
		want.Content = strings.TrimSuffix(want.Content, ".")
		if !slices.ContainsFunc(list, func(s RecordSetup) bool {
			return sameName(s.Name, want.Name) && plain(s.Content) == plain(want.Content)
		}) {
			list = append(list, setupOf(records, want))
		}
	}
	return list
}

func setupOf(records []Record, want RecordSpec) RecordSetup {
	s := RecordSetup{RecordSpec: want, Action: SetupCreate}
	there := named(records, want.Name)
	switch {
	case len(there) == 0:
	case len(there) > 1 || there[0].Type != want.Type:
		s.Action, s.Problem = SetupInWay, inWay(want, there)
	case plain(there[0].Content) == plain(want.Content):
		s.Action, s.ID, s.Before = SetupLeave, there[0].ID, there[0].Content
	default:
		s.Action, s.ID, s.Before, s.TTL, s.Proxied = SetupChange, there[0].ID, there[0].Content, there[0].TTL, there[0].Proxied
	}
	return s
}

func inWay(want RecordSpec, there []Record) string {
	var words []string
	for _, r := range there {
		words = append(words, r.Type+" "+r.Content)
	}
	return fmt.Sprintf("%s has %s, beside which Cloudflare takes no %s; Lifeboat deletes no record that it did not make: delete or rename it, then plan again",
		want.Name, strings.Join(words, " and "), want.Type)
}

// named are the records of a name.
func named(records []Record, name string) []Record {
	return slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return !sameName(r.Name, name) })
}

// sameName says whether two names of the zone are one.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

// InZone says whether name is the zone's own or one below it.
func InZone(name, zone string) bool {
	name, zone = strings.ToLower(strings.TrimSuffix(name, ".")), strings.ToLower(strings.TrimSuffix(zone, "."))
	return zone != "" && (name == zone || strings.HasSuffix(name, "."+zone))
}

// CheckSpec is a Cloudflare health check as provisioning wants it: HTTPS, from outside, a success for 200. It watches and does
// not steer.
type CheckSpec struct {
	Name    string `json:"name"`    // letters, digits, hyphens and underscores
	Address string `json:"address"` // host name that is asked
	Host    string `json:"host"`    // Host header: what the certificate covers
	Path    string `json:"path"`
	Seconds int    `json:"seconds"` // between two checks; 60 is the shortest that every paid plan has
}

// CheckSetup is what is to be done so that a balancer is watched. It is pinned in journals.
type CheckSetup struct {
	CheckSpec
	Action SetupAction `json:"action"`
	ID     string      `json:"id,omitempty"`
	Before string      `json:"before,omitempty"` // the address that the check of this name asks
	By     string      `json:"by,omitempty"`     // the check of another name that asks this address already
}

// PlanChecks are what is to be done so that every wanted address is watched: one that some check watches already is left, and a
// check of the name that asks another address (a balancer that was made anew) is changed to ask this one. It asks nobody.
func PlanChecks(checks []HealthCheck, wanted []CheckSpec) []CheckSetup {
	list := make([]CheckSetup, 0, len(wanted))
	for _, want := range wanted {
		s := CheckSetup{CheckSpec: want, Action: SetupCreate}
		for _, h := range checks {
			switch {
			case plain(h.Address) == plain(want.Address):
				s.Action, s.ID, s.Before, s.By = SetupLeave, h.ID, h.Address, ""
				if h.Name != want.Name {
					s.By = h.Name
				}
			case h.Name == want.Name && s.Action == SetupCreate:
				s.Action, s.ID, s.Before = SetupChange, h.ID, h.Address
			}
		}
		list = append(list, s)
	}
	return list
}
