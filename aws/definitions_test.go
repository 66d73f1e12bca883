package aws_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

func refsOf(f aws.Fast) []string {
	var refs []string
	for _, s := range f.Services.Value {
		refs = append(refs, s.TaskDefinition)
	}
	return refs
}

func TestDefinitionsAreReadOnceAndForgottenWithTheirServices(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(west))
		refs := refsOf(r.Fast(t.Context(), aws.Fast{}))
		p.take()
		d := r.Definitions(t.Context(), refs, aws.Part[aws.Definitions]{})
		want(t, "calls", repeated(p.take()), []string{"4 x ecs:DescribeTaskDefinition"})
		var api aws.Definition
		for ref, v := range d.Value {
			if strings.Contains(ref, "-backend:") {
				api = v
			}
		}
		want(t, "size", api.VCPU, 0.25)
		want(t, "region it names", api.Values["AWS_REGION"], west)
		if len(d.Value) != 4 || len(api.Secrets) != 2 || !strings.Contains(api.Values["DB_HOST"], standby) || !d.Fresh() {
			t.Errorf("%+v (%v)", d.Value, d.Err)
		}
		d = r.Definitions(t.Context(), refs[:2], d)
		want(t, "calls of what is known", len(p.take()), 0)
		want(t, "kept", len(d.Value), 2)
		want(t, "missing", d.Value.Missing(append(refs, refs[3], "")), refs[2:])
	})
}

func TestManyDefinitionsAreReadSomeAtATime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 100)
		r := reader(t, p.spec(east))
		refs := refsOf(r.Fast(t.Context(), aws.Fast{}))
		var d aws.Part[aws.Definitions]
		for _, total := range []int{40, 80, 100} {
			p.take()
			if d = r.Definitions(t.Context(), refs, d); len(d.Value) != total || len(p.take()) > 40 {
				t.Errorf("%d definitions (%v), want %d", len(d.Value), d.Err, total)
			}
		}
		want(t, "missing", len(d.Value.Missing(refs)), 0)
	})
}

func TestDefinitionsThatCannotBeReadLeaveThoseThatWere(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		r := reader(t, p.spec(west))
		refs := refsOf(r.Fast(t.Context(), aws.Fast{}))
		d := r.Definitions(t.Context(), refs[:3], aws.Part[aws.Definitions]{})
		p.meddle("ecs:DescribeTaskDefinition", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"not authorized"}`)
		})
		d = r.Definitions(t.Context(), refs, d)
		wantKind(t, "denied", d.Err, fault.Denied)
		want(t, "kept", len(d.Value), 3)
	})
}
