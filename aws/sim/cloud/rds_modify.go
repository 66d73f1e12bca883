package cloud

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// DatabaseChange is what ModifyDBInstance is asked for. What is nil or empty stays.
type DatabaseChange struct {
	PendingChanges
	DeletionProtection *bool
	Groups             []string // security groups, by id
	Password           string   // of the master user; it works at once
	Now                bool     // ApplyImmediately: do not wait for the maintenance window
}

const identifierRule = "Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."

var identifierForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{0,62}$`)

func identifier(id string) bool {
	return identifierForm.MatchString(id) && !strings.HasSuffix(id, "-") && !strings.Contains(id, "--")
}

// Modify changes an instance as RDS does. Deletion protection works at once; security groups and a retention that stays
// above 0 as soon as possible; the rest in the maintenance window, or now with Now, when what had waited comes too.
func (w *World) Modify(db *Database, change DatabaseChange) error {
	if err := w.checkChange(db, change); err != nil {
		return err
	}
	if change.DeletionProtection != nil {
		db.DeletionProtection = *change.DeletionProtection
	}
	soon := PendingChanges{}
	if r := change.Retention; r != nil && *r > 0 && db.Retention > 0 {
		soon.Retention, change.Retention = r, nil
	}
	db.Pending = db.Pending.with(change.PendingChanges)
	if change.Now {
		soon, db.Pending = db.Pending.with(soon), PendingChanges{}
	}
	if change.Password != "" {
		w.work(db, resetting, w.draw(applyTime), func() {
			db.setPassword(w.now, change.Password)
			db.Status = available
			w.apply(db, soon, change.Groups)
		})
		return nil
	}
	w.apply(db, soon, change.Groups)
	return nil
}

func (w *World) checkChange(db *Database, change DatabaseChange) error {
	if err := db.idle("modified"); err != nil {
		return err
	}
	if r := change.Retention; r != nil {
		if err := checkRetention(*r); err != nil {
			return err
		}
		if *r == 0 && len(db.Replicas) > 0 {
			return refuse("InvalidParameterCombination", "Backups cannot be disabled: %s is the source of read replicas.", db.ID)
		}
	}
	if p := change.Password; p != "" && (len(p) < 8 || strings.ContainsAny(p, `/@" `)) {
		return refuse("InvalidParameterValue", "The parameter MasterUserPassword is not a valid password.")
	}
	if id := change.ID; id != "" && id != db.ID {
		if err := db.region.free(id); err != nil {
			return err
		}
	}
	return db.region.known(change.Groups)
}

// free refuses an identifier that no new instance can have.
func (r *Region) free(id string) error {
	if !identifier(id) {
		return refuse("InvalidParameterValue", "The parameter DBInstanceIdentifier is not a valid identifier: %q. %s", id, identifierRule)
	}
	if r.Database(id) != nil {
		return refuse("DBInstanceAlreadyExists", "DB instance already exists: %s", id)
	}
	return nil
}

// known refuses security groups that the region does not have.
func (r *Region) known(groups []string) error {
	for _, id := range groups {
		if !slices.ContainsFunc(r.SecurityGroups, func(g *SecurityGroup) bool { return g.ID == id }) {
			return refuse("InvalidParameterValue", "Invalid security group , groupId= %s, groupName=.", id)
		}
	}
	return nil
}

// with is p and what q changes beyond it.
func (p PendingChanges) with(q PendingChanges) PendingChanges {
	if q.Retention != nil {
		p.Retention = q.Retention
	}
	if q.MultiAZ != nil {
		p.MultiAZ = q.MultiAZ
	}
	if q.ID != "" {
		p.ID = q.ID
	}
	return p
}

// apply makes changes in time. Nothing happens where nothing differs.
func (w *World) apply(db *Database, p PendingChanges, groups []string) {
	var most time.Duration
	if p.Retention != nil && *p.Retention != db.Retention || len(groups) > 0 && !slices.Equal(groups, db.Groups) {
		most = w.draw(applyTime)
	}
	if p.MultiAZ != nil && *p.MultiAZ != db.MultiAZ {
		most = max(most, w.draw(multiAZTime))
	}
	renames := p.ID != "" && p.ID != db.ID
	switch {
	case most > 0:
		waiting := db.Pending
		db.Pending = waiting.with(p) // shown while it is being made
		w.work(db, modifying, most, func() {
			db.Pending = waiting
			w.settings(db, p, groups)
			db.Status = available
			if renames {
				w.rename(db, p.ID)
			}
		})
	case renames:
		w.rename(db, p.ID)
	}
}

func (w *World) settings(db *Database, p PendingChanges, groups []string) {
	if p.Retention != nil {
		db.Retention = *p.Retention
	}
	if p.MultiAZ != nil {
		db.MultiAZ = *p.MultiAZ
	}
	if len(groups) > 0 {
		db.Groups = groups
	}
}

// rename gives an instance another identifier, and with it another endpoint, and reboots it.
func (w *World) rename(db *Database, id string) {
	w.work(db, renaming, w.draw(renameTime), func() {
		db.ID, db.ARN, db.Host = id, db.region.arn("rds", "db:"+id), db.region.endpoint(id)
		w.born(db)
		w.boot(db, rebootTime)
	})
}

// maintain makes the changes that have waited for the maintenance window.
func (w *World) maintain() {
	for _, r := range w.Regions {
		for _, db := range r.Databases {
			if db.Status == available && !r.Dark && db.Pending != (PendingChanges{}) {
				p := db.Pending
				db.Pending = PendingChanges{}
				w.apply(db, p, nil)
			}
		}
	}
}
