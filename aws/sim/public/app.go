package public

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"lifeboat/aws/sim/cloud"
)

// application is the answer of what runs behind the balancer.
func (b *balancer) application(w http.ResponseWriter, q cloud.Request, a cloud.Answer) {
	switch {
	case q.Path == "/api/rows" && a.Row != nil:
		b.written(w, a)
	case q.Path == "/api/rows" && a.Status == http.StatusOK:
		b.rows(w, q, a)
	case strings.HasPrefix(q.Path, "/api/"):
		b.state(w, a)
	default:
		b.page(w, a)
	}
}

// state is the health answer, and what every other path of the API answers too: the site's own name, and the database's
// state where the application has one.
func (b *balancer) state(w http.ResponseWriter, a cloud.Answer) {
	status := "ok"
	if a.Status >= 300 {
		status = "error"
	}
	answer := map[string]any{"status": status, "environment": a.Environment, "service": a.Family, "simulated": true}
	if a.Database != "" {
		answer["database"] = map[string]any{"status": a.Database}
	}
	if a.Error != "" {
		answer["error"] = a.Error
	}
	writeJSON(w, a.Status, answer)
}

// page is a public page. It says who made it, for a person who looks.
func (b *balancer) page(w http.ResponseWriter, a cloud.Answer) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(a.Status)
	_, _ = fmt.Fprintf(w, "<html><head><title>SIMULATED %s</title></head><body><h1>%d %s</h1><p>%s, task %s, environment %s</p></body></html>\n",
		html.EscapeString(a.Family), a.Status, http.StatusText(a.Status), html.EscapeString(a.Family), html.EscapeString(a.Task), html.EscapeString(a.Environment))
}
