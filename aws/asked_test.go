package aws_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"lifeboat/aws"
)

// asked collects what a spec's requests say of themselves.
type asked struct {
	mu   sync.Mutex
	list []aws.Asked
	ctxs []context.Context
}

func (a *asked) note(ctx context.Context, r aws.Asked) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list, a.ctxs = append(a.list, r), append(a.ctxs, ctx)
}

// take gives the operations since the last time, sorted.
func (a *asked) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var ops []string
	for _, r := range a.list {
		ops = append(ops, r.Operation)
	}
	a.list, a.ctxs = nil, nil
	slices.Sort(ops)
	return ops
}

// signed are operations under the signing names of their services.
func signed(ops []string) []string {
	var all []string
	for _, op := range ops {
		op = strings.Replace(op, "cloudwatch:", "monitoring:", 1)
		all = append(all, strings.Replace(op, "tag:", "tagging:", 1))
	}
	slices.Sort(all)
	return all
}

type tagKey struct{}

func TestEveryRequestOfAReaderNamesItselfBeforeItIsSent(t *testing.T) {
	for name, d := range map[string]aws.Discover{"named": {}, "by listing": {Prefix: "davidshaevel"}, "by tag": {TagKey: "Project", TagValue: "davidshaevel"}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p, a := open(t, 4), &asked{}
				s := p.spec(west)
				if d != (aws.Discover{}) {
					s = aws.Spec{Region: west, Endpoint: s.Endpoint, Dial: s.Dial, Discover: d}
				}
				s.Asked, s.RoleARN = a.note, role
				r := reader(t, s)
				ctx := context.WithValue(t.Context(), tagKey{}, "best effort")
				r.Slow(ctx, aws.Slow{})
				r.Fast(ctx, aws.Fast{})
				for i, one := range a.list {
					if one.Region != west || one.Changes {
						t.Errorf("%+v", one)
					}
					if a.ctxs[i].Value(tagKey{}) != "best effort" {
						t.Errorf("%s does not carry the tag that its refresh was given", one.Operation)
					}
				}
				want(t, "requests", signed(a.take()), p.take())
			})
		})
	}
}
