package cloud

import (
	"fmt"
	"strings"
	"time"
)

// Piece is a resource as Terraform's AWS provider sees it. Types that the model knows become what it has; of all others
// only that they are there is kept.
type Piece struct {
	Address string // in the root: module.network.aws_vpc.this
	Type    string // aws_vpc
	Region  string
	ID      string
	Values  map[string]any // attributes, as JSON has them
	Needs   []Piece        // those made before it that it refers to
}

// Making is a piece on its way: being made, changed or ended.
type Making struct {
	ID     string
	Values map[string]any // that the cloud gave it

	due   time.Time
	until func() (bool, error) // nil: when it is due
	error error
}

// Done says whether a piece is what it was to be, and what went wrong, in the provider's words.
func (m *Making) Done(w *World) (bool, error) {
	if m.error != nil {
		return true, m.error
	}
	if w.now.Before(m.due) {
		return false, nil
	}
	if m.until == nil {
		return true, nil
	}
	return m.until()
}

// kind is how the provider makes, changes and ends one type.
type kind struct {
	takes  time.Duration // to make one, simulated; where the model has no time of its own for it
	id     string        // begins the ids: vpc-; "" for a name
	name   string        // the attribute that no two of a region may share; "" for none
	exists string        // what AWS says where one has the name already, with the name in its place
	make   func(w *World, r *Region, p Piece, m *Making) error
	change func(w *World, r *Region, p Piece, m *Making) error
	unmake func(w *World, r *Region, p Piece, m *Making) error
	find   func(w *World, r *Region, p Piece) map[string]any // a piece by its id, as the cloud has it; nil where it is not there
}

func (w *World) pieceKey(p Piece) string { return p.Region + " " + p.Type + " " + p.ID }

// MakePiece begins to make a resource. What is wrong at once, a name that is taken among it, is an error in the provider's
// words, and nothing was made.
func (w *World) MakePiece(p Piece) (*Making, error) {
	r, k := w.Region(p.Region), kinds[p.Type]
	switch {
	case r == nil:
		return nil, fmt.Errorf("%s: the simulator has no region %q", p.Address, p.Region)
	case r.Dark:
		return nil, silent(r, "creating", p)
	}
	if err := w.broken(p); err != nil {
		return nil, err
	}
	if name := text(p.Values, k.name); name != "" && w.taken(p.Type, p.Region, name) {
		return nil, fmt.Errorf("%s", strings.ReplaceAll(k.exists, "%s", name))
	}
	p.ID = w.pieceID(k, p)
	m := &Making{ID: p.ID, Values: map[string]any{}, due: w.now.Add(w.Scaled(max(k.takes, time.Second)))}
	if k.make != nil {
		if err := k.make(w, r, p, m); err != nil {
			return nil, fmt.Errorf("creating %s (%s): %w", p.Type, p.Address, err)
		}
		p.ID = m.ID
	}
	w.generic(r, p, m)
	w.pieces[w.pieceKey(p)] = p
	w.touch()
	return m, nil
}

// broken is what the director said of an address.
func (w *World) broken(p Piece) error {
	if said, ok := w.breakage[p.Address]; ok {
		return fmt.Errorf("creating %s: operation error: %s", p.Type, said)
	}
	return nil
}

func silent(r *Region, doing string, p Piece) error {
	return fmt.Errorf("%s %s: operation error: exceeded maximum number of attempts, 25, https response error StatusCode: 0, request send failed: %s does not answer", doing, p.Type, r.Name)
}

// taken says whether a region has a piece of that type and name, whoever made it.
func (w *World) taken(of, region, name string) bool {
	for _, p := range w.pieces {
		if p.Type == of && p.Region == region && text(p.Values, kinds[of].name) == name {
			return true
		}
	}
	r := w.Region(region)
	switch of {
	case "aws_db_instance":
		return r.Database(name) != nil
	case "aws_ecr_repository":
		return r.Repository(name) != nil
	case "aws_s3_bucket":
		b, _ := w.Bucket(name)
		return b != nil
	case "aws_lb":
		return r.balancer(name) != nil
	case "aws_lb_target_group":
		return r.group(name) != nil
	case "aws_secretsmanager_secret":
		return r.secretNamed(name) != nil
	}
	return false
}

func (w *World) pieceID(k kind, p Piece) string {
	switch {
	case strings.HasSuffix(k.id, "-"):
		return k.id + w.hex(17)
	case k.id == "" && k.name != "" && text(p.Values, k.name) != "":
		return text(p.Values, k.name)
	}
	return w.uuid()
}

// generic fills in what every resource of AWS has: an ARN.
func (w *World) generic(r *Region, p Piece, m *Making) {
	if _, has := m.Values["arn"]; has {
		return
	}
	service := strings.TrimPrefix(p.Type, "aws_")
	name := service
	if family, rest, ok := strings.Cut(service, "_"); ok {
		service, name = family, strings.ReplaceAll(rest, "_", "-")
	}
	switch service {
	case "iam":
		m.Values["arn"] = "arn:aws:iam::" + w.Account + ":" + name + "/" + p.ID
	case "sns":
		m.Values["arn"] = r.arn("sns", text(p.Values, "name"))
	case "vpc", "subnet", "eip", "nat", "internet", "route", "security", "flow":
		m.Values["arn"] = r.arn("ec2", name+"/"+p.ID)
	default:
		m.Values["arn"] = r.arn(service, name+"/"+p.ID)
	}
}

// ChangePiece changes a resource; what the model has no word for is only noted.
func (w *World) ChangePiece(p Piece) (*Making, error) {
	r, k := w.Region(p.Region), kinds[p.Type]
	if r == nil || r.Dark {
		return nil, silent(r, "updating", p)
	}
	if err := w.broken(p); err != nil {
		return nil, err
	}
	m := &Making{ID: p.ID, Values: map[string]any{}, due: w.now.Add(w.Scaled(2 * time.Second))}
	if k.change != nil {
		if err := k.change(w, r, p, m); err != nil {
			return nil, fmt.Errorf("updating %s (%s): %w", p.Type, p.ID, err)
		}
	}
	w.pieces[w.pieceKey(p)] = p
	w.touch()
	return m, nil
}

// EndPiece ends a resource. One that is not there any more has ended already.
func (w *World) EndPiece(p Piece) (*Making, error) {
	r, k := w.Region(p.Region), kinds[p.Type]
	if r == nil || r.Dark {
		return nil, silent(r, "deleting", p)
	}
	if err := w.broken(p); err != nil {
		return nil, err
	}
	m := &Making{ID: p.ID, Values: map[string]any{}, due: w.now.Add(w.Scaled(max(k.takes/3, time.Second)))}
	if k.unmake != nil {
		if err := k.unmake(w, r, p, m); err != nil {
			return nil, fmt.Errorf("deleting %s (%s): %w", p.Type, p.ID, err)
		}
	}
	delete(w.pieces, w.pieceKey(p))
	w.touch()
	return m, nil
}

// FindPiece reads a resource by its id, as an import and a refresh do: its attributes as the cloud has them, nil where it
// does not exist. Types that the model does not know are there once they were made, or as soon as somebody claims them.
func (w *World) FindPiece(p Piece) map[string]any {
	r := w.Region(p.Region)
	if r == nil {
		return nil
	}
	if find := kinds[p.Type].find; find != nil {
		return find(w, r, p)
	}
	if _, made := w.pieces[w.pieceKey(p)]; made {
		return map[string]any{}
	}
	for _, have := range w.pieces { // by its name, where the id is another
		if name := text(have.Values, kinds[p.Type].name); have.Type == p.Type && have.Region == p.Region && name != "" && name == p.ID {
			return map[string]any{}
		}
	}
	return nil
}

// Claim notes that a piece is somebody's: what an import found.
func (w *World) Claim(p Piece) { w.pieces[w.pieceKey(p)] = p }

// text, number and flag read attributes.
func text(values map[string]any, name string) string { s, _ := values[name].(string); return s }

func number(values map[string]any, name string) int { n, _ := values[name].(float64); return int(n) }

func flag(values map[string]any, name string) bool { b, _ := values[name].(bool); return b }

func listOf(values map[string]any, name string) []any { l, _ := values[name].([]any); return l }

func wordsOf(values map[string]any, name string) (words []string) {
	for _, v := range listOf(values, name) {
		if s, ok := v.(string); ok {
			words = append(words, s)
		}
	}
	return words
}

// first is the first block of a name: the attributes of a nested block that stands once.
func first(values map[string]any, name string) map[string]any {
	if l := listOf(values, name); len(l) > 0 {
		m, _ := l[0].(map[string]any)
		return m
	}
	return nil
}

// needs is the id of the first piece of a type that a piece refers to; with a key, of the one that has it.
func (p Piece) needs(of, key string) string {
	for _, n := range p.Needs {
		if n.Type != of {
			continue
		}
		if key == "" || strings.Contains(n.Address, `["`+key+`"]`) {
			return n.ID
		}
	}
	return ""
}

// key is the word by which a piece stands in its block, "" for none: backend of module.service["backend"].
func (p Piece) key() string {
	_, rest, ok := strings.Cut(p.Address, `["`)
	if !ok {
		return ""
	}
	key, _, _ := strings.Cut(rest, `"]`)
	return key
}
