package dr

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// A phase is told by the account what lifeboat.yaml does not say and what can be meant in one way alone. It is pinned, shown with the plan
// and at the gate, and written into lifeboat.yaml once its root was made: from then on it is read from there, whatever the account shows.

// Learned is an input that was taken from the account.
type Learned struct {
	Name  string `json:"name"` // of the stack's variable
	Value any    `json:"value"`
	From  string `json:"from"` // where it was seen, in words
}

// Words say what was taken, and from where.
func (l Learned) Words() string {
	return fmt.Sprintf("taken from the account: %s = %s (%s)", l.Name, plain(inputText(l.Value)), plain(l.From))
}

// pinInput is followed by a variable's name: its value and where it was seen, as a Learned in JSON.
const pinInput = "input."

// accountFacts are what the readers saw, for variables of the stack: all that each could be.
func accountFacts(c *config.Config, e *Estate) map[string][]Learned {
	facts := factsSeen{}
	if e == nil {
		return facts
	}
	p, s := e.side(c.Regions.Primary.Name), e.side(c.Regions.Standby.Name)
	if p.Raw != nil {
		facts.database(c, p.Raw)
		for _, secret := range p.Raw.Secrets.Value {
			facts.add("the secret "+secret.Name+" in "+c.Regions.Primary.Name, "database_secret_name", secret.Name)
		}
	}
	if s.Raw != nil {
		for _, secret := range s.Raw.Secrets.Value {
			if secret.PrimaryRegion != "" {
				facts.add("the copy of the secret "+secret.Name+" in "+c.Regions.Standby.Name, "database_secret_arn", secret.ARN)
			}
		}
	}
	if d := e.Edge.Distribution.Value; len(d.Aliases) > 0 {
		from := "the distribution " + d.ID
		facts.add(from, "aliases", d.Aliases)
		facts.add(from, "cdn_certificate_arn", d.Certificate)
	}
	return facts
}

type factsSeen map[string][]Learned

func (f factsSeen) add(from, name string, value any) {
	f[name] = append(f[name], Learned{name, value, from})
}

// database are what a primary's database says; where lifeboat.yaml names one, that one alone.
func (f factsSeen) database(c *config.Config, seen *Snapshot) {
	named := c.Regions.Primary.Databases
	for _, db := range seen.Databases.Value {
		if db.Source != "" || len(named) > 0 && named[0].ID != db.ID {
			continue
		}
		from := "the database " + db.ID + " in " + c.Regions.Primary.Name
		for name, value := range map[string]any{
			"primary_database_identifier": db.ID, "primary_database_arn": db.ARN, "engine_version": db.Version, "instance_class": db.Class, "multi_az": db.MultiAZ,
			"backup_retention_days": max(db.RetentionDays, 1), "storage": map[string]any{"initial": db.StorageGiB, "maximum": max(db.MaxStorageGiB, 2*db.StorageGiB)},
		} {
			f.add(from, name, value)
		}
	}
}

// only are the facts of which there is one.
func only(facts map[string][]Learned) map[string]Learned {
	out := map[string]Learned{}
	for name, list := range facts {
		if len(list) == 1 {
			out[name] = list[0]
		}
	}
	return out
}

// learnInputs takes from the account what the phase must be told and nobody has, and pins it; of roots that are not made yet also what
// else it shows of a primary that is the owner's, so that the standby is like it.
func (b *builder) learnInputs(ctx context.Context, e *Estate, pins runbook.Pins) error {
	facts, names := only(accountFacts(b.c, e)), []string{}
	for _, root := range b.roots() {
		names = append(names, b.untold(root.Name)...)
	}
	if !b.ours() {
		more, err := b.alike(ctx)
		if err != nil {
			return err
		}
		names = append(names, more...)
	}
	for _, name := range names {
		fact, known := facts[name]
		if _, pinned := pins[pinInput+name]; pinned || !known {
			continue
		}
		text, err := json.Marshal(fact)
		if err != nil {
			return err
		}
		pins[pinInput+name], b.learned[name] = string(text), fact
	}
	return nil
}

// alike are the variables that nobody must tell, of the phase's roots that are not made yet.
func (b *builder) alike(ctx context.Context) ([]string, error) {
	var roots, names []string
	for _, root := range b.roots() {
		roots = append(roots, root.Name)
	}
	if err := b.learn(ctx, roots); err != nil {
		return nil, fmt.Errorf("what is made already cannot be read: %w", err)
	}
	told := b.inputs()
	for _, root := range roots {
		if b.outputsOf(root) != nil {
			continue
		}
		declared, err := tf.Variables(root)
		if err != nil {
			return nil, err
		}
		for _, v := range declared {
			if told[v.Name] == nil && !v.Required && !v.Secret {
				names = append(names, v.Name)
			}
		}
	}
	return names, nil
}

// takeInputs takes up what the run was told by the account when it began.
func (b *builder) takeInputs(pins runbook.Pins) error {
	for pin, text := range pins {
		name, ok := strings.CutPrefix(pin, pinInput)
		if !ok {
			continue
		}
		var fact Learned
		if err := json.Unmarshal([]byte(text), &fact); err != nil {
			return fmt.Errorf("the input %s, as the run has pinned it, cannot be read: %w", name, err)
		}
		b.learned[name] = fact
	}
	return nil
}

// learnedBy are those of a root that lifeboat.yaml does not say meanwhile, by name.
func (b *builder) learnedBy(root string) []Learned {
	declared, _ := tf.Variables(root)
	var list []Learned
	for _, name := range slices.Sorted(maps.Keys(b.learned)) {
		if b.c.Terraform.Inputs[name] == nil && slices.ContainsFunc(declared, func(v tf.Variable) bool { return v.Name == name }) {
			list = append(list, b.learned[name])
		}
	}
	return list
}
