package cloud

import "hash/fnv"

// hash is a number that stays the same for a text.
func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// noise is a number in [0,1) that is always the same for the seed, the name and i.
func (w *World) noise(name string, i int64) float64 {
	return scatter(hash(name) ^ w.seed*0x9e3779b97f4a7c15 ^ uint64(i)*0xbf58476d1ce4e5b9)
}

// scatter spreads numbers that lie close together over [0,1).
func scatter(x uint64) float64 {
	x ^= x >> 31
	x *= 0x94d049bb133111eb
	x ^= x >> 29
	x *= 0xff51afd7ed558ccd
	x ^= x >> 32
	return float64(x>>11) / (1 << 53)
}
