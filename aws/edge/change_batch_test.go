package edge

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/fault"
)

// record is one of a zone, and a change of it.
const record = `{"id":"r1","type":"CNAME","name":"shop.example","content":"a.example","ttl":300,"proxied":false,"comment":"mind","tags":["team:web"]}`

var change = []RecordChange{{ID: "r1", Name: "shop.example", Type: "CNAME", From: "a.example", To: "b.example", TTL: time.Minute}}

// batching is a changer of a zone of one record, where answer answers batches.
func batching(t *testing.T, answer http.HandlerFunc) *Changer {
	t.Helper()
	a, spec := flare(t)
	a.byPath["/zones/z1/dns_records"] = lists(record)
	a.changes = answer
	c, err := NewChanger(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestABatchSaysWhatCloudflareWantsSaidAndLeavesTheRest(t *testing.T) {
	var path, body string
	c := batching(t, func(w http.ResponseWriter, q *http.Request) {
		sent, _ := io.ReadAll(q.Body)
		path, body = q.Method+" "+q.URL.Path, string(sent)
		_, _ = io.WriteString(w, `{"success":true,"result":{"patches":[`+strings.Replace(record, "a.example", "b.example.", 1)+`]}}`)
	})
	if err := c.SwitchRecords(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	want := `{"patches":[{"content":"b.example","id":"r1","name":"shop.example","proxied":false,"ttl":300,"type":"CNAME"}]}`
	if path != "POST /client/v4/zones/z1/dns_records/batch" || body != want {
		t.Errorf("%s %s, want %s", path, body, want)
	}
}

func TestAnAnswerThatDoesNotShowTheChangeIsNoSuccess(t *testing.T) {
	for name, body := range map[string]string{
		"the old content": `{"success":true,"result":{"patches":[` + record + `]}}`,
		"no record":       `{"success":true,"result":{"patches":[]}}`,
		"a failure":       `{"success":false,"errors":[{"code":1,"message":"no"}],"result":null}`,
		"another page":    `<html>log in</html>`,
	} {
		t.Run(name, func(t *testing.T) {
			kindIs(t, batching(t, says(200, body)).SwitchRecords(t.Context(), change), fault.Unreadable)
		})
	}
}
