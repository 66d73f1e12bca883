package sim

import (
	"testing"
)

func BenchmarkStartWith500Services(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Options{Network: NewMemory(), Services: 500})
		if err != nil {
			b.Fatal(err)
		}
		if n := len(s.Description().Services); n != 500 {
			b.Fatalf("%d services", n)
		}
		_ = s.Close()
	}
}
