package terraform

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// printer writes Terraform's machine-readable lines.
type printer struct {
	mu  sync.Mutex
	out io.Writer
}

// problem is an error or a warning of Terraform's.
type problem struct {
	Warning bool
	Summary string
	Detail  string
	Address string
	File    string
	Line    int
}

func (p problem) Error() string { return strings.TrimSpace("Error: " + p.Summary + "\n\n" + p.Detail) }

type fields map[string]any

func (p *printer) line(level, message, kind string, more fields) {
	line := fields{
		"@level": level, "@message": message, "@module": "terraform.ui",
		"@timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"), "type": kind,
	}
	for k, v := range more {
		line[k] = v
	}
	text, err := json.Marshal(line)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = p.out.Write(append(text, '\n'))
}

func (p *printer) version() {
	p.line("info", "Terraform "+list.Terraform, "version", fields{"terraform": list.Terraform, "ui": "1.2"})
}

func (p *printer) problem(d problem) {
	level, severity, word := "error", "error", "Error: "
	if d.Warning {
		level, severity, word = "warn", "warning", "Warning: "
	}
	said := fields{"severity": severity, "summary": d.Summary, "detail": d.Detail}
	if d.Address != "" {
		said["address"] = d.Address
	}
	if d.File != "" {
		at := fields{"line": max(d.Line, 1), "column": 1, "byte": 0}
		said["range"] = fields{"filename": d.File, "start": at, "end": at}
	}
	p.line(level, word+d.Summary, "diagnostic", fields{"diagnostic": said})
}

// resource is a resource as lines name it.
func resource(address string) fields {
	parts := steps(address)
	own := strings.Join(parts[max(len(parts)-2, 0):], ".")
	kind := typeOf(address)
	provider, _, _ := strings.Cut(kind, "_")
	return fields{
		"addr": address, "module": moduleOf(address), "resource": own, "implied_provider": provider, "resource_type": kind,
		"resource_name": nameOf(address), "resource_key": indexOf(address),
	}
}

// planned is a change that is to come.
func (p *printer) planned(c *change, drift bool) {
	kind, verb := "planned_change", "Plan to "+c.action()
	if drift {
		kind, verb = "resource_drift", "Drift detected ("+c.action()+")"
	}
	said := fields{"resource": resource(c.Address), "action": c.action()}
	if c.Import != "" {
		said["importing"] = fields{"id": c.Import}
	}
	if c.Reason != "" {
		said["reason"] = c.Reason
	}
	p.line("info", c.Address+": "+verb, kind, fields{"change": said})
}

func (p *printer) counts(operation string, n counts) {
	words := fmt.Sprintf("Plan: %d to add, %d to change, %d to destroy.", n.add, n.change, n.remove)
	if n.imported > 0 {
		words = fmt.Sprintf("Plan: %d to import, %d to add, %d to change, %d to destroy.", n.imported, n.add, n.change, n.remove)
	}
	if operation == "apply" {
		words = fmt.Sprintf("Apply complete! Resources: %d added, %d changed, %d destroyed.", n.add, n.change, n.remove)
		if n.imported > 0 {
			words = fmt.Sprintf("Apply complete! Resources: %d imported, %d added, %d changed, %d destroyed.", n.imported, n.add, n.change, n.remove)
		}
	}
	p.line("info", words, "change_summary", fields{
		"changes": fields{"add": n.add, "change": n.change, "import": n.imported, "remove": n.remove, "operation": operation},
	})
}

// counts are a plan's or an apply's. A replaced resource counts twice.
type counts struct{ add, change, remove, imported int }

func (n *counts) count(c *change) {
	switch c.Do {
	case Create:
		n.add++
	case Update:
		n.change++
	case Delete:
		n.remove++
	case replace:
		n.add++
		n.remove++
	}
	if c.Import != "" {
		n.imported++
	}
}

// verbs of a change while it is made: Creating, Still creating, Creation complete.
var verbs = map[string][3]string{
	Create: {"Creating...", "Still creating...", "Creation complete"},
	Update: {"Modifying...", "Still modifying...", "Modifications complete"},
	Delete: {"Destroying...", "Still destroying...", "Destruction complete"},
}

func hook(address, do, id string) fields {
	h := fields{"resource": resource(address), "action": do}
	if id != "" {
		h["id_key"], h["id_value"] = "id", id
	}
	return h
}

func bracketed(id string) string {
	if id == "" {
		return ""
	}
	return " [id=" + id + "]"
}

func (p *printer) started(address, do, id string) {
	p.line("info", address+": "+verbs[do][0]+bracketed(id), "apply_start", fields{"hook": hook(address, do, id)})
}

func (p *printer) going(address, do, id string, elapsed time.Duration) {
	h := hook(address, do, id)
	h["elapsed_seconds"] = whole(elapsed)
	words := fmt.Sprintf("%s: %s [%s%ds elapsed]", address, verbs[do][1], strings.TrimPrefix(id+", ", ", "), whole(elapsed))
	p.line("info", words, "apply_progress", fields{"hook": h})
}

func (p *printer) done(address, do, id string, elapsed time.Duration) {
	if do == Delete {
		id = ""
	}
	h := hook(address, do, id)
	h["elapsed_seconds"] = whole(elapsed)
	p.line("info", fmt.Sprintf("%s: %s after %ds%s", address, verbs[do][2], whole(elapsed), bracketed(id)), "apply_complete", fields{"hook": h})
}

func (p *printer) failed(address, do string, elapsed time.Duration) {
	h := hook(address, do, "")
	h["elapsed_seconds"] = whole(elapsed)
	p.line("info", fmt.Sprintf("%s: %s errored after %ds", address, strings.Fields(verbs[do][2])[0], whole(elapsed)), "apply_errored", fields{"hook": h})
}

func (p *printer) refreshing(address, id string) {
	h := hook(address, "", id)
	delete(h, "action")
	p.line("info", address+": Refreshing state..."+bracketed(id), "refresh_start", fields{"hook": h})
	p.line("info", address+": Refresh complete"+bracketed(id), "refresh_complete", fields{"hook": h})
}

func (p *printer) outputs(all map[string]fields) {
	p.line("info", fmt.Sprintf("Outputs: %d", len(all)), "outputs", fields{"outputs": all})
}

func whole(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }
