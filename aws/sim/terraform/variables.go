package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// variables are a root's inputs by name, defaults included.
type variables map[string]any

// given reads what Terraform reads by itself in a root's folder: terraform.tfvars.json, then *.auto.tfvars.json by name.
func given(dir string) (variables, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.auto.tfvars.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	all := variables{}
	for _, name := range append([]string{filepath.Join(dir, "terraform.tfvars.json")}, names...) {
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var some map[string]any
		if err := json.Unmarshal(text, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		for k, v := range some {
			all[k] = v
		}
	}
	return all, nil
}

// complete fills in the defaults, and says what is missing in Terraform's words.
func (v variables) complete(root Root) (problems []problem) {
	for _, want := range root.Variables {
		if _, ok := v[want.Name]; ok {
			continue
		}
		if want.Required {
			problems = append(problems, problem{
				Summary: "No value for required variable",
				Detail: fmt.Sprintf("The root module input variable %q is not set, and has no default value. "+
					"Use a -var or -var-file command line argument to provide a value for this variable.", want.Name),
				File: "variables.tf",
			})
			continue
		}
		v[want.Name] = want.Default
	}
	return problems
}

// at is the value at a path of names and positions: domains.0, observability.grafana_host; nil where there is none.
func (v variables) at(path string) any {
	var now any = map[string]any(v)
	for _, step := range strings.Split(path, ".") {
		switch in := now.(type) {
		case map[string]any:
			now = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			now = in[i]
		default:
			return nil
		}
	}
	return now
}

func (v variables) text(path string) string { return asText(v.at(path)) }

func asText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func (v variables) number(path string) float64 { n, _ := v.at(path).(float64); return n }

func (v variables) words(path string) (words []string) {
	items, _ := v.at(path).([]any)
	for _, i := range items {
		words = append(words, asText(i))
	}
	return words
}

func (v variables) keys(path string) (keys []string) {
	m, _ := v.at(path).(map[string]any)
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// filled puts variables in the place of the words in braces.
func (v variables) filled(value any, account string) any {
	switch value := value.(type) {
	case string:
		if name, whole := strings.CutPrefix(value, "{="); whole {
			return v.at(strings.TrimSuffix(name, "}"))
		}
		return v.fill(value, account)
	case []any:
		out := make([]any, len(value))
		for i, e := range value {
			out[i] = v.filled(e, account)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range value {
			out[k] = v.filled(e, account)
		}
		return out
	}
	return value
}

func (v variables) fill(text, account string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if name == "account" {
			b.WriteString(account)
		} else {
			b.WriteString(v.text(name))
		}
		text = after
	}
}

// refusal is why a plan must not go on, by the roles file: what tf/stack/modules/roles says. "" where it may.
func (v variables) refusal(ctx context.Context, s simulator) (string, error) {
	bucket, key := v.text("roles_bucket"), v.text("roles_key")
	frozen := v.text("frozen_by")
	var refusals []string
	if bucket != "" && v.text("roles_unchecked") == "" {
		body, err := s.read(ctx, bucket, key)
		if err != nil {
			return "", fmt.Errorf("reading S3 Bucket (%s) Object (%s): %w", bucket, key, err)
		}
		said, there := v.compared("s3://"+bucket+"/"+key, body)
		if said != "" {
			refusals = append(refusals, said)
		}
		frozen = there
	}
	if frozen != "" && frozen != v.text("run") {
		refusals = append(refusals, fmt.Sprintf("Frozen by the run %s: nothing is planned or applied until it is closed.", frozen))
	}
	return strings.Join(refusals, " "), nil
}

// compared holds the roles given against the bucket's, and says by whom that is frozen.
func (v variables) compared(where string, body []byte) (refusal, frozen string) {
	current := variables{}
	if json.Unmarshal(body, &current) != nil {
		return where + " cannot be read as JSON (it must be stored as application/json).", ""
	}
	here, there := v.number("roles_version"), current.number("roles_version")
	switch {
	case there > here:
		refusal = fmt.Sprintf("This roles file is version %g, %s is version %g. Fetch that first: an older file would scale down the region that serves.", here, where, there)
	case there < here:
		refusal = fmt.Sprintf("This roles file is version %g, but %s is only version %g. Fetch that, or find out who wrote this one.", here, where, there)
	case !v.sameRoles(current):
		refusal = "This roles file has the same version as " + where + " but says something else: it was changed by hand. Fetch that."
	}
	return refusal, current.text("frozen_by")
}

func (v variables) sameRoles(current variables) bool {
	for _, name := range []string{"writer_region", "serving_region", "capacity"} {
		if asText(v[name]) != asText(current[name]) {
			return false
		}
	}
	return (v["no_standby"] == true) == (current["no_standby"] == true)
}

// region of the standby and of the primary, and who serves and writes.
func (v variables) standby() string { return v.text("region") }
func (v variables) primary() string { return v.text("primary_region") }

// capacity is a service's bounds in a region.
func (v variables) capacity(region, service string) (least, most float64) {
	at := "capacity." + region + "." + service
	return v.number(at + ".min"), v.number(at + ".max")
}

// running says whether compute's services and load balancer are there: a pilot light has them once its region serves or is
// about to.
func (v variables) running() bool {
	if v.text("strategy") != "pilot-light" || v.text("serving_region") == v.standby() {
		return true
	}
	for _, service := range v.keys("capacity." + v.standby()) {
		if _, most := v.capacity(v.standby(), service); most > 0 {
			return true
		}
	}
	return false
}
