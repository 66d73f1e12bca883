package dr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lifeboat/dr/config"
	"lifeboat/tf"
)

// inputPrimary is the input that is no variable of the stack: whose the primary is.
const inputPrimary = "primary"

// technical are variables that nobody is asked for: the stack's own affairs, and what Lifeboat decides where it is needed.
var technical = []string{
	"tags", "force_destroy", "deletion_protection", "skip_final_snapshot", "retain_on_delete", "database_password_version", "grafana_password_version",
	"digests", "environment", "restore", "standby_secret_key_arn", "grace_seconds", "bridged", "origin_ids", "health_targets",
	"narrowed_paths", "methods_today", "adopted_secret", "adopted_database", "distribution_arn", "cdn_comment", "connect", "keep_backups",
}

// ProvisionInputs are what a phase is told: what it must be, first, and what it may be. Values are filled in as far as lifeboat.yaml
// says them, the account shows them (e, nil where nothing was read) or the stack has a default.
func ProvisionInputs(_ context.Context, c *config.Config, e *Estate, phase string) ([]Input, error) {
	if !slices.Contains(ProvisionPhases, phase) {
		return nil, fmt.Errorf("there is no phase %q; the phases are %s", phase, strings.Join(ProvisionPhases, ", "))
	}
	var list []Input
	if phase == "primary" || phase == "foundation" {
		list = append(list, Input{
			Name: inputPrimary, Title: "whose the primary is", Help: "theirs: it is there already. ours: Lifeboat's stack makes one, to stand by for.",
			Type: "string", Value: string(c.Terraform.Primary), From: from(string(c.Terraform.Primary)), Required: true, Choices: []string{string(config.Theirs), string(config.Ours)},
		})
	}
	fill := filler{c: c, defaults: defaultsOf(c), account: map[string]any{}, given: givenByRoots(c)}
	for name, fact := range only(accountFacts(c, e)) {
		fill.account[name] = fact.Value
	}
	asked := map[string]int{}
	for _, root := range phaseRoots(phase) {
		declared, err := tf.Variables(root.Name)
		if err != nil {
			return nil, err
		}
		for _, v := range declared {
			if slices.Contains(setByLifeboat, v.Name) || slices.Contains(technical, v.Name) || fill.given[v.Name] {
				continue
			}
			if i, twice := asked[v.Name]; twice {
				list[i].Required = list[i].Required || v.Required
				continue
			}
			asked[v.Name] = len(list)
			list = append(list, fill.input(v))
		}
	}
	slices.SortStableFunc(list, func(a, b Input) int { return rankOf(b.Required) - rankOf(a.Required) })
	return list, nil
}

func rankOf(first bool) int {
	if first {
		return 1
	}
	return 0
}

func from(value string) string {
	if value == "" {
		return ""
	}
	return config.FileName
}

// givenByRoots are the variables that roots of the stack give each other.
func givenByRoots(c *config.Config) map[string]bool {
	given := map[string]bool{}
	for _, root := range tf.Roots {
		if root.Name == "primary" && c.Terraform.Primary != config.Ours {
			continue
		}
		names, _ := tf.Outputs(root.Name)
		for _, name := range names {
			given[name] = true
		}
	}
	return given
}

// filler fills inputs in.
type filler struct {
	c                 *config.Config
	defaults, account map[string]any
	given             map[string]bool
}

func (f *filler) input(v tf.Variable) Input {
	in := Input{Name: v.Name, Title: strings.ReplaceAll(v.Name, "_", " "), Help: v.Description, Type: v.Type, Required: v.Required, Secret: v.Secret}
	if v.Type == "bool" {
		in.Choices = []string{"true", "false"}
	}
	for _, source := range []struct {
		from   string
		values map[string]any
	}{{config.FileName, f.c.Terraform.Inputs}, {config.FileName, f.defaults}, {"the account", f.account}} {
		if value, ok := source.values[v.Name]; ok && !v.Secret {
			in.Value, in.From = inputText(value), source.from
			return in
		}
	}
	if !v.Required && !v.Secret {
		in.Value, in.From = plainDefault(v.Default), "default"
	}
	return in
}

// plainDefault is a default that is one word or number; of others the stack's own description tells.
func plainDefault(hcl string) string {
	if text, err := strconv.Unquote(hcl); err == nil {
		return text
	}
	if hcl == "true" || hcl == "false" {
		return hcl
	}
	if _, err := strconv.ParseFloat(hcl, 64); err == nil {
		return hcl
	}
	return ""
}

// inputText is a value as it is typed: of a list of words, one a comma; of what is deeper, JSON.
func inputText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool, int, float64:
		return fmt.Sprint(v)
	case []string:
		return strings.Join(v, ", ")
	case []any:
		var words []string
		for _, item := range v {
			switch item := item.(type) {
			case string:
				words = append(words, item)
			case int, float64, bool:
				words = append(words, fmt.Sprint(item))
			default:
				return inJSON(value)
			}
		}
		return strings.Join(words, ", ")
	}
	return inJSON(value)
}

func inJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// variables are the stack's by name, each as the first root declares it. They are read once: inputs are checked with every key.
var variables = sync.OnceValue(func() map[string]tf.Variable {
	out := map[string]tf.Variable{}
	for _, root := range tf.Roots {
		declared, _ := tf.Variables(root.Name)
		for _, v := range declared {
			if _, known := out[v.Name]; !known {
				out[v.Name] = v
			}
		}
	}
	return out
})

// variableNamed is a variable of the stack.
func variableNamed(name string) (tf.Variable, bool) {
	v, known := variables()[name]
	return v, known
}

// CheckInput says why a text cannot be the value of an input; nil where it can, as far as the text alone tells.
func CheckInput(name, text string) error {
	_, err := parseInput(name, strings.TrimSpace(text))
	return err
}

// parseInput is an input's value as lifeboat.yaml has it.
func parseInput(name, text string) (any, error) {
	if name == inputPrimary {
		if text != string(config.Theirs) && text != string(config.Ours) {
			return nil, errors.New("write theirs or ours")
		}
		return text, nil
	}
	v, known := variableNamed(name)
	switch {
	case !known:
		return nil, errors.New("no root of the stack has such a variable")
	case v.Secret:
		return nil, errors.New("it is a secret, and none belongs in lifeboat.yaml: set TF_VAR_" + name + " in the environment")
	case slices.Contains(setByLifeboat, name):
		return nil, errors.New("it is set by Lifeboat: it follows from the rest of lifeboat.yaml")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }):
		return nil, errors.New("it holds a control character")
	}
	value, err := valueOf(v.Type, text)
	if err != nil {
		return nil, err
	}
	for _, word := range wordsOf(value) {
		if err := shaped(name, word); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// valueOf is a text as a value of a Terraform type.
func valueOf(kind, text string) (any, error) {
	switch kind {
	case "string":
		return text, nil
	case "bool":
		if text != "true" && text != "false" {
			return nil, errors.New("write true or false")
		}
		return text == "true", nil
	case "number":
		return numeric(text)
	}
	if item, ok := itemType(kind); ok && !strings.HasPrefix(text, "[") {
		list := []any{}
		for _, word := range strings.Split(text, ",") {
			if word = strings.TrimSpace(word); word == "" {
				continue
			}
			value, err := valueOf(item, word)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", word, err)
			}
			list = append(list, value)
		}
		return list, nil
	}
	return fromJSON(kind, text)
}

func numeric(text string) (any, error) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, errors.New("write a number, like 20")
	}
	return f, nil
}

// itemType is the type of a list's or set's items, where these are plain.
func itemType(kind string) (string, bool) {
	for _, of := range []string{"list(", "set("} {
		if item, ok := strings.CutPrefix(kind, of); ok {
			item = strings.TrimSuffix(item, ")")
			return item, item == "string" || item == "number"
		}
	}
	return "", false
}

// fromJSON reads what is deeper than a list. Whole numbers stay whole.
func fromJSON(kind, text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil || d.More() {
		return nil, fmt.Errorf("write JSON for %s", kind)
	}
	value = plainNumbers(value)
	_, list := value.([]any)
	_, object := value.(map[string]any)
	if wantsList := strings.HasPrefix(kind, "list(") || strings.HasPrefix(kind, "set("); wantsList && !list || !wantsList && !object {
		return nil, fmt.Errorf("write JSON for %s", kind)
	}
	return value, nil
}

func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		n, _ := numeric(v.String())
		return n
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	}
	return v
}

// wordsOf are the texts in a value that is a text or a list of texts.
func wordsOf(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var words []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				words = append(words, s)
			}
		}
		return words
	}
	return nil
}

// shapes are what the words of some inputs look like.
var shapes = []struct {
	names []string // or the end of a name, after a *
	fits  *regexp.Regexp
	like  string
}{
	{[]string{"domains", "aliases", "origin_domain"}, regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`), "a name like shop.example"},
	{[]string{"*_arn", "operators"}, regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:.+$`), "an ARN"},
	{[]string{"alarm_emails"}, regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`), "an address like ops@shop.example"},
	{[]string{"instance_class"}, regexp.MustCompile(`^db\.[a-z0-9]+\.[a-z0-9]+$`), "a class like db.t3.micro"},
	{[]string{"engine_version"}, regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`), "a version like 15.12"},
	{[]string{"primary_vpc_id"}, regexp.MustCompile(`^vpc-[0-9a-f]+$`), "an id like vpc-0123456789abcdef0"},
	{[]string{"repositories"}, regexp.MustCompile(`^[a-z0-9]+([._/-]+[a-z0-9]+)*$`), "a repository like backend"},
	{[]string{"zones"}, regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$`), "a zone like us-west-2a"},
}

func shaped(name, word string) error {
	if name == "cidr" || name == "primary_cidrs" {
		p, err := netip.ParsePrefix(word)
		switch {
		case err != nil || p.Masked() != p || !p.Addr().Is4():
			return fmt.Errorf("%q is no network; write one like 10.1.0.0/16", word)
		case name == "cidr" && p.Bits() != 16:
			return fmt.Errorf("%q is no /16", word)
		}
		return nil
	}
	for _, s := range shapes {
		if slices.ContainsFunc(s.names, func(n string) bool {
			end, any := strings.CutPrefix(n, "*")
			return n == name || any && strings.HasSuffix(name, end)
		}) && !s.fits.MatchString(word) {
			return fmt.Errorf("%q is not %s", word, s.like)
		}
	}
	return nil
}

// InputErrors is what is wrong with inputs, a line each; nothing was written.
type InputErrors []string

func (e InputErrors) Error() string { return strings.Join(e, "\n") }

// SetInputs writes inputs of a phase into lifeboat.yaml and keeps its comments. An empty value takes the input away. Where one is
// refused nothing is written, and the error is an InputErrors.
func SetInputs(c *config.Config, _ string, values map[string]string) error {
	var wrong InputErrors
	var settings []config.Setting
	for _, name := range slices.Sorted(maps.Keys(values)) {
		field := []string{"terraform", "inputs", name}
		if name == inputPrimary {
			field = []string{"terraform", inputPrimary}
		}
		text := strings.TrimSpace(values[name])
		if text == "" {
			if _, given := c.Terraform.Inputs[name]; given {
				settings = append(settings, config.Setting{Field: field})
			}
			continue
		}
		value, err := parseInput(name, text)
		if err != nil {
			wrong = append(wrong, name+": "+err.Error())
			continue
		}
		settings = append(settings, config.Setting{Field: field, Value: value})
	}
	if wrong != nil {
		return wrong
	}
	return config.Edit(c.Path, settings...)
}
