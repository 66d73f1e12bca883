package dr

import "sync"

// board is where the newest estate hangs, and who is told of it.
type board struct {
	mu     sync.Mutex
	estate *Estate
	subs   map[chan *Estate]bool
	closed bool
}

func (b *board) newest() *Estate {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.estate
}

// publish hangs up e and tells everyone, without waiting: an estate that was not fetched yet is replaced.
func (b *board) publish(e *Estate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.estate = e
	for c := range b.subs {
		select {
		case <-c:
		default:
		}
		c <- e // it has room for one, and nobody else sends
	}
}

func (b *board) subscribe() (<-chan *Estate, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := make(chan *Estate, 1)
	if b.closed {
		close(c)
		return c, func() {}
	}
	if b.subs == nil {
		b.subs = map[chan *Estate]bool{}
	}
	b.subs[c] = true
	return c, func() { b.drop(c) }
}

func (b *board) drop(c chan *Estate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs[c] {
		delete(b.subs, c)
		close(c)
	}
}

func (b *board) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for c := range b.subs {
		close(c)
	}
	b.subs = nil
}
