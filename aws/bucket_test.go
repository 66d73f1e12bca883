package aws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

func bucket(t testing.TB, s aws.Spec, by *aws.Operator, name string) *aws.Bucket {
	t.Helper()
	b, err := aws.NewBucket(s, by, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// state is the bucket of the simulated us-west-2.
func (p *place) state() (name string) {
	p.Locked(func(w *cloud.World) { name = w.Region(west).Buckets[0].Name })
	return name
}

// journals is what both emulators must do: write what is not there, replace what one has seen, read with S3's own time,
// and list in order. now is the emulator's clock, in whole seconds.
func journals(t *testing.T, b *aws.Bucket, now func() time.Time) {
	ctx := t.Context()
	nothing, err := b.Get(ctx, "runs/1/00000001.json")
	if err != nil || nothing.Found || nothing.Date.Sub(now()).Abs() > 2*time.Second {
		t.Errorf("what is not there reads as %+v (%v)", nothing, err)
	}
	body := []byte(`{"seq": 1, "text": "é"}` + "\n")
	if err := b.PutIfAbsent(ctx, "runs/1/00000001.json", body); err != nil {
		t.Fatal(err)
	}
	o, err := b.Get(ctx, "runs/1/00000001.json")
	if err != nil || !o.Found || string(o.Body) != string(body) || o.Date.Sub(now()).Abs() > 2*time.Second {
		t.Errorf("it reads as %+v (%v)", o, err)
	}
	want(t, "written again", errors.Is(b.PutIfAbsent(ctx, "runs/1/00000001.json", []byte("x")), aws.ErrPrecondition), true)
	want(t, "replaced", b.PutIfMatch(ctx, "runs/1/00000001.json", o.ETag, []byte("two")), nil)
	late := b.PutIfMatch(ctx, "runs/1/00000001.json", o.ETag, []byte("three"))
	if !errors.Is(late, aws.ErrPrecondition) || fault.KindOf(late) != "" {
		t.Errorf("one that was replaced meanwhile: %v", late)
	}
	if err := b.PutIfMatch(ctx, "lease", o.ETag, []byte("x")); err == nil || errors.Is(err, aws.ErrPrecondition) {
		t.Errorf("one that is gone: %v", err)
	}
	if o, err = b.Get(ctx, "runs/1/00000001.json"); string(o.Body) != "two" || err != nil {
		t.Errorf("in the end it is %+v (%v)", o, err)
	}
	listsInOrder(t, b)
}

func listsInOrder(t *testing.T, b *aws.Bucket) {
	for _, key := range []string{"runs/2/00000002.json", "runs/2/00000001.json", "runs/index", "roles"} {
		if err := b.PutIfAbsent(t.Context(), key, nil); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	for _, c := range []struct{ prefix, after, delimiter, want string }{
		{"", "", "", "roles runs/1/00000001.json runs/2/00000001.json runs/2/00000002.json runs/index"},
		{"runs/", "", "/", "runs/1/ runs/2/ runs/index"},
		{"runs/2/", "runs/2/00000001.json", "", "runs/2/00000002.json"},
		{"nothing/", "", "", ""},
	} {
		keys, err := b.List(t.Context(), c.prefix, c.after, c.delimiter)
		want(t, fmt.Sprint("listed ", c), fmt.Sprint(strings.Join(keys, " "), err), c.want+"<nil>")
	}
}

// race has 16 writers demand the same of a bucket, and gives who was told to have written; whoever was not must have been
// told that the object is another.
func race(t *testing.T, write func(body []byte) error) (winners []string) {
	t.Helper()
	var mu sync.Mutex
	var g sync.WaitGroup
	for n := range 16 {
		g.Go(func() {
			err := write(fmt.Append(nil, n))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				winners = append(winners, fmt.Sprint(n))
			case !errors.Is(err, aws.ErrPrecondition):
				t.Errorf("writer %d: %v", n, err)
			}
		})
	}
	g.Wait()
	return winners
}

// oneWins races for an object that is not there, then for its next version, over and over.
func oneWins(t *testing.T, b *aws.Bucket, times int) {
	for n := range times {
		key := fmt.Sprint("race/", n)
		first := race(t, func(body []byte) error { return b.PutIfAbsent(t.Context(), key, body) })
		held, err := b.Get(t.Context(), key)
		want(t, "who wrote first", fmt.Sprint(first, err), fmt.Sprintf("[%s] <nil>", held.Body))
		next := race(t, func(body []byte) error { return b.PutIfMatch(t.Context(), key, held.ETag, append(body, '!')) })
		held, _ = b.Get(t.Context(), key)
		want(t, "who wrote next", fmt.Sprint(next), fmt.Sprintf("[%s]", strings.TrimSuffix(string(held.Body), "!")))
	}
}

func TestABucketKeepsJournalsAndLeases(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		b := bucket(t, p.spec(west), nil, p.state())
		journals(t, b, time.Now)
		oneWins(t, b, 3)
	})
}

func TestABucketsTimeIsItsOwn(t *testing.T) {
	hermetic(t)
	p := still(t, 4)
	o, err := bucket(t, p.spec(west), nil, p.state()).Get(t.Context(), "lease")
	want(t, "date where nothing is found", fmt.Sprint(o.Date.Equal(noon), err), "true <nil>")
}

func TestALongListIsReadToItsEnd(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.Locked(func(w *cloud.World) {
			for n := range 2500 {
				if _, err := w.Put(w.Region(west).Buckets[0], cloud.Object{Key: fmt.Sprintf("runs/%08d", n)}, cloud.Condition{}); err != nil {
					t.Error(err)
				}
			}
		})
		keys, err := bucket(t, p.spec(west), nil, p.state()).List(t.Context(), "runs/", "", "")
		want(t, "keys", fmt.Sprint(len(keys), slices.IsSorted(keys), err), "2500 true <nil>")
		want(t, "requests", p.take(), []string{"s3:GET", "s3:GET", "s3:GET"})
	})
}

// s3Answers are what may come back of a write: what the director does, and what must be said.
var s3Answers = map[string]struct {
	action, code string
	kind         fault.Kind
	made         bool
}{
	"lost":      {"lost-answer", "1", fault.TimedOut, true},
	"throttled": {"break-call", cloud.Throttling, fault.Throttled, false},
	"a 503":     {"break-call", cloud.Unavailable, fault.Unavailable, false},
	"a 500":     {"break-call", "InternalError", fault.Unavailable, false},
	"denied":    {"break-call", cloud.AccessDenied, fault.Denied, false},
	"expired":   {"break-call", cloud.ExpiredToken, fault.Expired, false},
	"a 409":     {"break-call", "ConditionalRequestConflict", fault.Refused, false},
}

func TestAWriteThatFailsIsNotRepeatedAndSaysHow(t *testing.T) {
	for how, answer := range s3Answers {
		t.Run(how, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p, a := open(t, 4), &asked{}
				s := p.spec(west)
				s.Asked = a.note
				b := bucket(t, s, nil, p.state())
				p.direct(t, answer.action, "s3", "PutObject", answer.code)
				err := b.PutIfAbsent(t.Context(), "runs/1/00000001.json", []byte("x"))
				wantKind(t, how, err, answer.kind)
				if errors.Is(err, aws.ErrPrecondition) {
					t.Errorf("%v says that the object is another", err)
				}
				want(t, "requests", p.take(), []string{"s3:PUT"})
				if one := a.list[0]; len(a.list) != 1 || !one.Changes || one.Operation != "s3:PutObject" || one.Target != p.state()+"/runs/1/00000001.json" {
					t.Errorf("it says of itself %+v", a.list)
				}
				p.direct(t, "restore")
				o, err := b.Get(t.Context(), "runs/1/00000001.json")
				want(t, "it was written", fmt.Sprint(o.Found, err), fmt.Sprint(answer.made, nil))
			})
		})
	}
}

func TestNothingIsSaidToBeAbsentThatCouldNotBeRead(t *testing.T) {
	nobody := map[string]string{"404 of a proxy": "<html>not found</html>", "404 without a word": "", "no bucket": `<Error><Code>NoSuchBucket</Code></Error>`}
	for how, body := range nobody {
		inBubble(t, func(t *testing.T) {
			p := open(t, 4)
			p.meddle("*", say(404, body))
			b := bucket(t, p.spec(west), nil, p.state())
			if o, err := b.Get(t.Context(), "lease"); err == nil {
				t.Errorf("%s: the lease reads as %+v", how, o)
			}
			if keys, err := b.List(t.Context(), "runs/", "", ""); err == nil {
				t.Errorf("%s: there are %d runs", how, len(keys))
			}
		})
	}
}

func TestAnAnswerThatIsNotS3sIsNotTakenForOne(t *testing.T) {
	for _, body := range []string{"", "OK", "<html>welcome</html>"} {
		inBubble(t, func(t *testing.T) {
			p := open(t, 4)
			p.meddle("*", say(200, body))
			b := bucket(t, p.spec(west), nil, p.state())
			wantKind(t, "written", b.PutIfAbsent(t.Context(), "lease", []byte("x")), fault.Unreadable)
			_, err := b.Get(t.Context(), "lease")
			wantKind(t, "read", err, fault.Unreadable)
		})
	}
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.meddle("*", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header()["Date"] = nil
			w.Header().Set("ETag", `"1"`)
		})
		_, err := bucket(t, p.spec(west), nil, p.state()).Get(t.Context(), "lease")
		wantKind(t, "without a date", err, fault.Unreadable)
	})
}

func TestAnObjectThatBreaksOffIsNoObject(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		b := bucket(t, p.spec(west), nil, p.state())
		if err := b.PutIfAbsent(t.Context(), "lease", []byte(strings.Repeat("x", 10000))); err != nil {
			t.Fatal(err)
		}
		p.direct(t, "cut-answer", "s3", "GetObject")
		_, err := b.Get(t.Context(), "lease")
		wantKind(t, "cut", err, fault.Unreadable)
		p.direct(t, "restore")
		p.direct(t, "lost-answer", "s3", "GetObject")
		_, err = b.Get(t.Context(), "lease")
		wantKind(t, "lost", err, fault.TimedOut)
	})
}

func TestABucketIsReadAsItselfAndWrittenByTheOperator(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		b := bucket(t, p.spec(west), p.operator(t, p.spec(west), nil), p.state())
		if _, err := b.Get(t.Context(), "lease"); err != nil {
			t.Fatal(err)
		}
		want(t, "reading", p.take(), []string{"s3:GET"})
		if err := b.PutIfAbsent(t.Context(), "lease", nil); err != nil {
			t.Fatal(err)
		}
		want(t, "writing", p.take(), []string{"s3:PUT", "sts:AssumeRole"})
		away := bucket(t, p.spec(east), nil, p.state())
		_, err := away.Get(context.Background(), "lease")
		wantKind(t, "asked in another region", err, fault.Refused)
		if _, err := aws.NewBucket(p.spec(west), nil, ""); err == nil {
			t.Error("a bucket without a name is taken")
		}
	})
}

// A journal of S3's is one object an entry, and a run reads those of its estate before it may change anything.
func TestALongJournalIsReadWithoutWaitingForATurn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		b := bucket(t, p.spec(west), nil, p.state())
		if lasted := took(func() {
			for i := range 500 {
				if _, err := b.Get(t.Context(), fmt.Sprintf("runs/1/%08d.json", i)); err != nil {
					t.Fatal(err)
				}
			}
		}); lasted > time.Second {
			t.Errorf("500 entries of a journal were read in %s, of which none is S3's", lasted)
		}
	})
}
