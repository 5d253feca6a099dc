package platform

import (
	"crypto/sha256"
	"runtime"
	"time"
)

// calibration is how much CPU time a burner spends on measuring itself.
const calibration = 5 * time.Millisecond

// burner spends CPU time by hashing. It counts rounds rather than reading the
// clock while it works: on a machine with all cores busy, a wall-clock loop
// would burn less CPU the more it is starved.
type burner struct {
	rounds int // hashes per burn; 0 burns nothing
}

// newBurner calibrates a burner to spend about cost of CPU time per burn.
func newBurner(cost time.Duration) burner {
	if cost <= 0 {
		return burner{}
	}
	return burner{rounds: max(1, int(hashesPerSecond()*cost.Seconds()))}
}

// burn spends the calibrated CPU time. It does not allocate.
func (b burner) burn() {
	if b.rounds > 0 {
		hash(b.rounds)
	}
}

// hashesPerSecond measures one thread by its own CPU time, which being
// descheduled does not change.
func hashesPerSecond() float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const batch = 500
	hash(batch) // warms caches and the clock frequency a little
	start, n := threadTime(), 0
	for {
		hash(batch)
		n += batch
		if spent := threadTime() - start; spent >= calibration {
			return float64(n) / spent.Seconds()
		}
	}
}

// hash runs a chain of n SHA-256 sums; each needs the one before, so that
// none can be skipped.
func hash(n int) byte {
	var sum [sha256.Size]byte
	for range n {
		sum = sha256.Sum256(sum[:])
	}
	return sum[0]
}
