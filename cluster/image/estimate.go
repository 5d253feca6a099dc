package image

import (
	"fmt"
	"time"
)

// prior is how much expected work the catalog's own pace is trusted for
// before what was measured on this machine outweighs it.
const prior = time.Minute

// timeLeft estimates the time to finish. total and finished are sums of
// expected durations; their ratio to what has elapsed gives this machine's
// pace, blended with the catalog's while little has been measured. Work that
// is under way counts by the clock, up to what is left.
func timeLeft(total, finished, elapsed time.Duration) time.Duration {
	if total <= finished {
		return 0
	}
	// pace is seconds here per second of the catalog.
	pace := 1.0
	if finished > 0 {
		pace = (prior + elapsed).Seconds() / (prior + finished).Seconds()
	}
	whole := time.Duration(float64(total) * pace)
	if floor := time.Duration(float64(total-finished) * pace / 20); whole-elapsed < floor {
		return floor // late: say a little, never nothing
	}
	return whole - elapsed
}

// roundTime prints a duration as coarsely as an estimate deserves.
func roundTime(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "10 s"
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", int(d.Round(10*time.Second).Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}
