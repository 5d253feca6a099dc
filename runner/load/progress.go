package load

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/script"
)

// banner says what is about to run.
func (s *session) banner(p *script.Program) {
	w := s.cfg.Out
	if s.cfg.JSON {
		w = s.cfg.Err
	}
	fmt.Fprintf(w, "  execution: local\n     script: %s\n     output: %s\n\n", s.cfg.Script, s.outputs.Description())
	share := "100.00%"
	if !p.Options.Segment.Whole() {
		share = "segment " + p.Options.Segment.String()
	}
	n := len(p.Options.Scenarios)
	fmt.Fprintf(w, "  scenarios: (%s) %d %s, %d max VUs, %v max duration (incl. graceful stop):\n", share, n, plural(n, "scenario"), p.MaxVUs(), p.MaxDuration().Round(time.Millisecond))
	for i := range p.Options.Scenarios {
		sc := &p.Options.Scenarios[i]
		fmt.Fprintf(w, "           * %s: %s\n", sc.Name, p.Options.Describe(sc))
	}
	fmt.Fprintln(w)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// ticker shows how a load goes on: in a line that is redrawn on a terminal,
// and every ten seconds elsewhere.
type ticker struct {
	quit, done chan struct{}
	once       sync.Once
}

// plainPeriod is how often progress is told where lines cannot be redrawn.
const plainPeriod = 10 * time.Second

func (s *session) progress(p *script.Program) *ticker {
	t := &ticker{quit: make(chan struct{}), done: make(chan struct{})}
	if s.cfg.Quiet {
		close(t.done)
		return t
	}
	go func() {
		defer close(t.done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for last := time.Now(); ; {
			select {
			case <-t.quit:
				s.redraw("")
				fmt.Fprintln(s.cfg.Err, s.statusLine())
				return
			case now := <-tick.C:
				if s.cfg.ErrTTY {
					s.redraw(s.statusLine())
				} else if now.Sub(last) >= plainPeriod {
					last = now
					fmt.Fprintln(s.cfg.Err, s.statusLine())
				}
			}
		}
	}()
	return t
}

// stop ends the display; it may be called more than once.
func (t *ticker) stop() {
	t.once.Do(func() { close(t.quit) })
	<-t.done
}

func (s *session) redraw(line string) {
	if s.cfg.ErrTTY {
		fmt.Fprint(s.cfg.Err, "\r\x1b[2K"+line)
	}
}

// statusLine is how the load stands.
func (s *session) statusLine() string {
	st := s.control.Status()
	width := len(fmt.Sprint(st.MaxVUs))
	line := fmt.Sprintf("running (%s), %0*d/%d VUs, %d complete and %d interrupted iterations",
		clock(st.Elapsed), max(width, 3), st.VUs, st.MaxVUs, st.Iterations, st.Interrupted)
	if st.Paused {
		line = "paused: waiting for the REST API"
	}
	if st.Exceptions > 0 {
		line += fmt.Sprintf(", %d %s", st.Exceptions, plural(int(st.Exceptions), "exception"))
	}
	if st.Total > 0 && st.Elapsed < st.Total {
		share := float64(st.Elapsed) / float64(st.Total)
		line += fmt.Sprintf("  [%-20s] %2.0f%%", strings.Repeat("=", int(20*share)), 100*share)
	}
	return line
}

// clock is a duration as "1m05.3s".
func clock(d time.Duration) string {
	if d >= time.Minute {
		return fmt.Sprintf("%dm%04.1fs", int(d.Minutes()), (d % time.Minute).Seconds())
	}
	return fmt.Sprintf("%.1fs", d.Seconds())
}
