package remotewrite

import "math"

const (
	// finest is the schema of a histogram with few buckets: each bucket is
	// 2^(1/16) times as wide as the one before, so that a value is known within
	// 2.2 percent.
	finest = 4
	// coarsest is the least schema that Prometheus has.
	coarsest = -4
	// maxBuckets is how many buckets with values a histogram may have before
	// they are made wider, and maxRange how many there may be from the first to
	// the last.
	maxBuckets = 160
	maxRange   = 4096
	// zeroThreshold is the magnitude at and below which values count as zero.
	zeroThreshold = 0x1p-128
)

// bounds are the upper bounds of the buckets between 0.5 and 1 of the finest
// schema.
var bounds = func() (b [1 << finest]float64) {
	for i := range b {
		b[i] = math.Exp2(float64(i)/(1<<finest) - 1)
	}
	return b
}()

// histogram is a native histogram of Prometheus. The zero value is empty.
type histogram struct {
	coarser            int // how far its schema is below the finest
	count, zero        uint64
	sum                float64
	positive, negative buckets
}

func (h *histogram) schema() int { return finest - h.coarser }

func (h *histogram) add(v float64) {
	h.count++
	h.sum += v
	switch {
	case v > zeroThreshold:
		h.positive.add(h.bucket(v))
	case v < -zeroThreshold:
		h.negative.add(h.bucket(-v))
	default:
		h.zero++
	}
	for h.schema() > coarsest && (h.positive.used+h.negative.used > maxBuckets || h.positive.width()+h.negative.width() > maxRange) {
		h.coarser++
		h.positive.halve()
		h.negative.halve()
	}
}

// bucket is the index of the bucket that holds a magnitude. Bucket i of schema
// s ends with 2^(i/2^s).
func (h *histogram) bucket(magnitude float64) int {
	fraction, exponent := math.Frexp(min(magnitude, math.MaxFloat64))
	i := 0
	for i < len(bounds) && bounds[i] < fraction {
		i++
	}
	i += (exponent - 1) * len(bounds)
	return (i + 1<<h.coarser - 1) >> h.coarser
}

// buckets counts values by bucket; counts[i] counts bucket first+i.
type buckets struct {
	first  int
	counts []uint64
	used   int // how many are not zero
}

func (b *buckets) width() int { return len(b.counts) }

func (b *buckets) add(i int) {
	if len(b.counts) == 0 {
		b.first = i
	}
	if missing := b.first - i; missing > 0 {
		b.counts = append(make([]uint64, missing, missing+len(b.counts)), b.counts...)
		b.first = i
	}
	if missing := i - b.first + 1 - len(b.counts); missing > 0 {
		b.counts = append(b.counts, make([]uint64, missing)...)
	}
	if b.counts[i-b.first] == 0 {
		b.used++
	}
	b.counts[i-b.first]++
}

// halve makes buckets twice as wide.
func (b *buckets) halve() {
	if len(b.counts) == 0 {
		return
	}
	half := func(i int) int { return (i + 1) >> 1 }
	wide := buckets{first: half(b.first)}
	wide.counts = make([]uint64, half(b.first+len(b.counts)-1)-wide.first+1)
	for i, n := range b.counts {
		wide.counts[half(b.first+i)-wide.first] += n
	}
	for _, n := range wide.counts {
		if n > 0 {
			wide.used++
		}
	}
	*b = wide
}
