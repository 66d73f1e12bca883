package fault

import (
	"runtime/debug"
	"sync/atomic"
)

// onPanic is whom panics of background work are handed to. A panic ends a process, so there is one for the process.
var onPanic atomic.Pointer[func(value any, stack []byte)]

// OnPanic hands panics of work that was wrapped by Caught to handle, with the stack of where they happened, until undo is
// called. Whoever owns the terminal asks for it: a panic in a goroutine that nobody catches would end the process with
// the terminal as the screen left it.
func OnPanic(handle func(value any, stack []byte)) (undo func()) {
	onPanic.Store(&handle)
	return func() { onPanic.CompareAndSwap(&handle, nil) }
}

// Caught is f for a goroutine of its own. Where nobody has asked for panics they end the process as ever.
func Caught(f func()) func() {
	return func() {
		handle := onPanic.Load()
		if handle == nil {
			f()
			return
		}
		defer func() {
			if v := recover(); v != nil {
				(*handle)(v, debug.Stack())
			}
		}()
		f()
	}
}
