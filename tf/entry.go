package tf

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// unread are attributes, by type, that stand in a state alone: no API tells them, so that an import cannot bring them back. A plan
// after it would change them, and with a password's version send a password.
var unread = map[string][]string{
	"aws_db_instance": {"apply_immediately", "skip_final_snapshot", "final_snapshot_identifier", "delete_automated_backups", "password_wo_version"},
}

// Entry is what a state holds of one resource.
type Entry struct {
	ID     string                     `json:"id"`               // what the provider knows it by; "" where the state does not hold it
	Unread map[string]json.RawMessage `json:"unread,omitempty"` // by attribute: what no API tells
}

// Tells says whether an entry has these attributes, as they are.
func (e Entry) Tells(unread map[string]json.RawMessage) bool {
	for name, value := range unread {
		if !bytes.Equal(bytes.TrimSpace(e.Unread[name]), bytes.TrimSpace(value)) {
			return false
		}
	}
	return true
}

// Entry reads what the state holds of a resource. Nothing is asked of the cloud, and no provider is needed.
func (d *Dir) Entry(ctx context.Context, address string) (Entry, error) {
	d.one.Lock()
	defer d.one.Unlock()
	text, err := d.exec.StatePull(ctx)
	if err != nil {
		return Entry{}, d.plainly("state pull", err)
	}
	s, err := readStored(text)
	if err != nil {
		return Entry{}, err
	}
	attributes, _ := s.find(address)
	e := Entry{Unread: map[string]json.RawMessage{}}
	_ = json.Unmarshal(attributes["id"], &e.ID) // none, where there is no such resource
	for _, name := range unread[Adoption{Address: address}.Type()] {
		if value, has := attributes[name]; has {
			e.Unread[name] = value
		}
	}
	return e, nil
}

// Tell writes into the state what no API tells of a resource, which it must hold: what was known of its predecessor under the same
// address. Terraform refuses it where the state was changed by another meanwhile.
func (d *Dir) Tell(ctx context.Context, address string, unread map[string]json.RawMessage) error {
	d.one.Lock()
	defer d.one.Unlock()
	text, err := d.exec.StatePull(ctx)
	if err != nil {
		return d.plainly("state pull", err)
	}
	s, err := readStored(text)
	if err != nil {
		return err
	}
	attributes, put := s.find(address)
	if attributes == nil {
		return fmt.Errorf("the state of %s does not hold %s", d.spec.Root, address)
	}
	maps.Copy(attributes, unread)
	if err := put(attributes); err != nil {
		return err
	}
	data, err := s.next()
	if err != nil {
		return err
	}
	path := filepath.Join(d.path, "push.tfstate")
	defer os.Remove(path)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	return d.plainly("state push", d.exec.StatePush(ctx, filepath.Base(path)))
}

// Digests are the images of the task definitions that the state holds, by service: sha256:... A service whose image has no digest, or
// with several containers, is left out. No provider is needed.
func (d *Dir) Digests(ctx context.Context) (map[string]string, error) {
	d.one.Lock()
	defer d.one.Unlock()
	text, err := d.exec.StatePull(ctx)
	if err != nil {
		return nil, d.plainly("state pull", err)
	}
	var s struct {
		Resources []struct {
			Mode, Type string
			Instances  []struct {
				Attributes struct {
					Containers string `json:"container_definitions"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(orEmpty(text)), &s); err != nil {
		return nil, fmt.Errorf("the state cannot be read: %w", err)
	}
	out := map[string]string{}
	for _, r := range s.Resources {
		if r.Mode != "managed" || r.Type != "aws_ecs_task_definition" {
			continue
		}
		for _, i := range r.Instances {
			var containers []struct{ Name, Image string }
			if json.Unmarshal([]byte(i.Attributes.Containers), &containers) != nil || len(containers) != 1 {
				continue
			}
			if _, digest, pinned := strings.Cut(containers[0].Image, "@"); pinned {
				out[containers[0].Name] = digest
			}
		}
	}
	return out, nil
}

// orEmpty is a state's text; an object without anything where there is none yet.
func orEmpty(text string) string {
	if strings.TrimSpace(text) == "" {
		return "{}"
	}
	return text
}

// stored is a state as it is stored. What is not looked at stays as it was written, letter by letter.
type stored map[string]json.RawMessage

func readStored(text string) (stored, error) {
	s := stored{}
	if err := json.Unmarshal([]byte(orEmpty(text)), &s); err != nil {
		return nil, fmt.Errorf("the state cannot be read: %w", err)
	}
	return s, nil
}

// find gives the attributes of a resource, nil where there is none, and what puts others in their place.
func (s stored) find(address string) (attributes map[string]json.RawMessage, put func(map[string]json.RawMessage) error) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(s["resources"], &list) != nil {
		return nil, nil
	}
	for _, r := range list {
		var module, mode, kind, name string
		for key, into := range map[string]*string{"module": &module, "mode": &mode, "type": &kind, "name": &name} {
			_ = json.Unmarshal(r[key], into) // absent in the root module
		}
		var instances []map[string]json.RawMessage
		if mode != "managed" || json.Unmarshal(r["instances"], &instances) != nil {
			continue
		}
		for _, i := range instances {
			var key any
			_ = json.Unmarshal(i["index_key"], &key)
			if strings.TrimPrefix(module+"."+kind+"."+name+keyWords(key), ".") != address || json.Unmarshal(i["attributes"], &attributes) != nil {
				continue
			}
			return attributes, func(now map[string]json.RawMessage) (err error) {
				if i["attributes"], err = json.Marshal(now); err != nil {
					return err
				}
				if r["instances"], err = json.Marshal(instances); err != nil {
					return err
				}
				s["resources"], err = json.Marshal(list)
				return err
			}
		}
	}
	return nil, nil
}

// next is the state as the one after what was read: a push is refused where that is not the newest any more.
func (s stored) next() ([]byte, error) {
	var serial int64
	if err := json.Unmarshal(s["serial"], &serial); err != nil {
		return nil, fmt.Errorf("the state has no serial: %w", err)
	}
	s["serial"] = json.RawMessage(fmt.Sprint(serial + 1))
	return json.MarshalIndent(s, "", "  ")
}
