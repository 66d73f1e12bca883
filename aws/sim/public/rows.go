package public

import (
	"encoding/json"
	"net/http"
	"time"

	"lifeboat/aws/sim/cloud"
)

// row is what a client writes: a number of its own and a word.
type row struct {
	N    int64  `json:"n"`
	Text string `json:"text"`
}

// acknowledged is a row that the database has committed.
type acknowledged struct {
	row
	ID  int64     `json:"id"` // the database's own count
	LSN string    `json:"lsn"`
	At  time.Time `json:"at"`
}

func acknowledge(r cloud.Row) acknowledged {
	out := acknowledged{ID: r.Number, LSN: r.LSN.String(), At: r.At}
	if json.Unmarshal([]byte(r.Text), &out.row) != nil {
		out.row = row{Text: r.Text} // written by somebody else, in another form
	}
	return out
}

// written is the answer to a write that was committed.
func (b *balancer) written(w http.ResponseWriter, a cloud.Answer) {
	done := acknowledge(*a.Row)
	writeJSON(w, a.Status, struct {
		Environment string `json:"environment"`
		Simulated   bool   `json:"simulated"`
		acknowledged
	}{a.Environment, true, done})
}

// rows lists the rows that this site's database shows now, oldest first.
func (b *balancer) rows(w http.ResponseWriter, q cloud.Request, a cloud.Answer) {
	list := []acknowledged{}
	for _, r := range b.cloud.RowsBehind(b.name(q.Host), q) {
		list = append(list, acknowledge(r))
	}
	writeJSON(w, a.Status, map[string]any{"environment": a.Environment, "simulated": true, "rows": list})
}
