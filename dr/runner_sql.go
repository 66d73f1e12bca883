package dr

import (
	"context"

	"lifeboat/dr/pg"
)

// oneAtATime lets steps and the fence's guard share one connection. Turns are taken over a channel: who waits for one can give up.
type oneAtATime struct {
	turn   chan struct{}
	reader sqlReader
}

func newOneAtATime(r sqlReader) *oneAtATime {
	return &oneAtATime{turn: make(chan struct{}, 1), reader: r}
}

func (o *oneAtATime) Read(ctx context.Context) (pg.Reading, error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
		return o.reader.Read(ctx)
	case <-ctx.Done():
		return pg.Reading{}, context.Cause(ctx)
	}
}

func (o *oneAtATime) Close() {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	o.reader.Close()
}
