package public

import (
	"net"
	"sync"
	"time"
)

// helloWait is how long a client may take to say what it wants.
const helloWait = 30 * time.Second

// door takes connections from listeners and brings each to the plane that it means.
type door struct {
	mu      sync.Mutex
	shut    bool
	pending map[net.Conn]bool // whose first words are awaited
	work    sync.WaitGroup
}

// open brings every connection of l to the plane that route names for the name the client asks for; nil closes it.
func (d *door) open(l net.Listener, route func(name string) *plane) {
	d.work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d.work.Go(func() { d.admit(c, route) })
		}
	})
}

func (d *door) admit(c net.Conn, route func(name string) *plane) {
	if !d.await(c) {
		_ = c.Close()
		return
	}
	o, again, err := peek(c, helloWait)
	d.mu.Lock()
	delete(d.pending, c)
	d.mu.Unlock()
	if err != nil {
		_ = c.Close()
		return
	}
	p := route(o.name)
	if p == nil {
		_ = c.Close()
		return
	}
	p.take(o, again)
}

// await notes a connection, so that closing the door ends it. It says no when the door is shut.
func (d *door) await(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut {
		return false
	}
	if d.pending == nil {
		d.pending = map[net.Conn]bool{}
	}
	d.pending[c] = true
	return true
}

// close ends what waits, and waits for it. The listeners must be closed beforehand.
func (d *door) close() {
	d.mu.Lock()
	d.shut = true
	for c := range d.pending {
		_ = c.Close()
	}
	d.mu.Unlock()
	d.work.Wait()
}
