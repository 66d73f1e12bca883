package cloud

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

const quantilesKept = 20

// sample is a value that stands for so many.
type sample struct {
	value, weight float64
}

// spread is quantilesKept values that lie evenly over the samples' distribution.
func spread(samples []sample) []float32 {
	out := make([]float32, quantilesKept)
	for i := range out {
		out[i] = float32(quantile(samples, (float64(i)+0.5)/quantilesKept))
	}
	return out
}

// quantile is the smallest value that a share q of the samples' weight does not exceed. It sorts samples.
func quantile(samples []sample, q float64) float64 {
	slices.SortFunc(samples, func(a, b sample) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	total, upTo := 0.0, 0.0
	for _, s := range samples {
		total += s.weight
	}
	for _, s := range samples {
		if upTo += s.weight; upTo >= q*total {
			return s.value
		}
	}
	return 0
}

// quantileOf is a percentile of several points together; q is in (0,1].
func quantileOf(ps []point, q float64) float64 {
	var samples []sample
	for _, p := range ps {
		if p.quantiles == nil {
			samples = append(samples, sample{p.sum / p.count, p.count})
		}
		for _, v := range p.quantiles {
			samples = append(samples, sample{float64(v), p.count / quantilesKept})
		}
	}
	return quantile(samples, q)
}

// percentile reads p95 or p99.9.
func percentile(stat string) (q float64, ok bool) {
	digits, found := strings.CutPrefix(stat, "p")
	n, err := strconv.ParseFloat(digits, 64)
	return n / 100, found && err == nil && n > 0 && n <= 100
}

// latencies are evenly spread values of a log-normal distribution, in seconds, that stand for n requests.
func latencies(median, sigma, n float64) []sample {
	out := make([]sample, quantilesKept)
	for i := range out {
		p := (float64(i) + 0.5) / quantilesKept
		out[i] = sample{median * math.Exp(sigma*math.Sqrt2*math.Erfinv(2*p-1)), n / quantilesKept}
	}
	return out
}
