package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"lifeboat/dr"
)

// follow prints first in a few lines, then each change as one line, until ctx or the estates end. A line is a time in
// UTC, a level, where, and what.
func follow(ctx context.Context, w io.Writer, first *dr.Estate, estates <-chan *dr.Estate) error {
	f := follower{w: w}
	f.begin(dr.Document(first))
	for {
		select {
		case <-ctx.Done():
			return f.err
		case e, more := <-estates:
			if !more || f.err != nil {
				return f.err
			}
			f.next(dr.Document(e))
		}
	}
}

// follower remembers what it has said.
type follower struct {
	w       io.Writer
	err     error
	verdict string
	seen    map[dr.DocChange]bool // the feed of the document before
}

func (f *follower) line(at time.Time, level, where, text string) {
	if f.err == nil {
		_, f.err = fmt.Fprintf(f.w, "%s %s %s: %s\n", at.UTC().Format(time.RFC3339), level, where, text)
	}
}

func (f *follower) begin(d dr.Doc) {
	if d.Simulated {
		f.line(d.At, "idle", d.Estate, "SIMULATED")
	}
	f.judge(d)
	for _, r := range d.Regions {
		f.line(d.At, r.Level, r.Name, sentence(r.Condition, r.Why))
	}
	f.feed(d)
}

func (f *follower) next(d dr.Doc) {
	for _, c := range f.feed(d) {
		f.line(c.At, c.Level, where(c), c.Text)
	}
	f.judge(d)
}

// judge prints the verdict where its words have changed. Its figures alone change with every reading: that is no news.
func (f *follower) judge(d dr.Doc) {
	if key := wordsOnly(d.Verdict); key != f.verdict {
		f.verdict = key
		f.line(d.At, d.Verdict.Level, "verdict", strings.Join(d.Verdict.Lines, " "))
	}
}

// feed remembers the document's feed and gives what was not in the one before, oldest first.
func (f *follower) feed(d dr.Doc) []dr.DocChange {
	seen := make(map[dr.DocChange]bool, len(d.Feed))
	var news []dr.DocChange
	for i := len(d.Feed) - 1; i >= 0; i-- {
		if c := d.Feed[i]; !f.seen[c] && !seen[c] {
			news = append(news, c)
		}
		seen[d.Feed[i]] = true
	}
	f.seen = seen
	return news
}

func where(c dr.DocChange) string {
	if c.Region == "" {
		return c.Subject
	}
	return c.Region + " " + c.Subject
}

// wordsOnly is a verdict without its figures, to tell news from a clock that ticks.
func wordsOnly(v dr.DocVerdict) string {
	key := v.Level + "\n" + deref(v.Serving) + "\n" + deref(v.Writer) + "\n"
	return key + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, strings.Join(v.Lines, "\n"))
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
