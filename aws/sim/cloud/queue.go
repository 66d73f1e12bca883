package cloud

import (
	"container/heap"
	"time"
)

// event is something that happens at a moment; events of one moment happen in the order they were asked for.
type event struct {
	at  time.Time
	seq uint64
	do  func()
}

// queue holds what is still to happen, the soonest first.
type queue struct {
	events eventHeap
	seq    uint64
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = event{}
	*h = old[:len(old)-1]
	return e
}

// After makes do happen d of simulated time from now (d is divided by Speed).
func (w *World) After(d time.Duration, do func()) { w.at(w.now.Add(w.Scaled(d)), do) }

func (w *World) at(t time.Time, do func()) {
	w.queue.seq++
	heap.Push(&w.queue.events, event{at: t, seq: w.queue.seq, do: do})
}

// Every makes do happen each d of simulated time, for ever, the first time after one d.
func (w *World) Every(d time.Duration, do func()) {
	w.After(d, func() { do(); w.Every(d, do) })
}

// Scaled is how long a simulated duration takes on the wall clock.
func (w *World) Scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / w.Speed)
}

// advance runs everything that falls due up to and including t, each at its own moment, and then stands at t.
func (w *World) advance(t time.Time) {
	for len(w.queue.events) > 0 && !w.queue.events[0].at.After(t) {
		e := heap.Pop(&w.queue.events).(event)
		w.now = e.at
		e.do()
		w.settle()
	}
	if t.After(w.now) {
		w.now = t
	}
}
