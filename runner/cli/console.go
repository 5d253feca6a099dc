package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
	"github.com/artisan-platform/headroom/runner/unit"
)

// heartbeat is how often a long step says what it is doing where lines can't
// be redrawn.
const heartbeat = 20 * time.Second

// console shows steps and the live line. On a terminal the last line is
// redrawn in place; elsewhere everything is plain lines, fewer of them.
type console struct {
	w     io.Writer
	term  bool
	color bool
	width int

	mu     sync.Mutex
	active []*step
	status string // what the redrawn line shows now
}

var _ progress.Reporter = (*console)(nil)

type step struct {
	c      *console
	name   string
	detail string
	start  time.Time
	said   time.Time
}

// Start opens a step.
func (c *console) Start(name string) progress.Step {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &step{c: c, name: name, start: time.Now(), said: time.Now()}
	c.active = append(c.active, s)
	c.redraw()
	return s
}

// Update replaces the step's detail.
func (s *step) Update(detail string) {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	s.detail = detail
	c.redraw()
}

// animate keeps the steps alive until stop is called: once a second the line
// of a terminal is redrawn, and elsewhere a long step says that it goes on.
func (c *console) animate() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				c.beat(now)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (c *console) beat(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.term && len(c.active) > 0 {
		c.redraw()
	}
	for _, s := range c.active {
		if !c.term && now.Sub(s.said) >= heartbeat {
			s.said = now
			fmt.Fprintf(c.w, "  … %s  %s  %s\n", s.name, unit.Duration(now.Sub(s.start)), s.detail)
		}
	}
}

// Done closes the step with a line that stays.
func (s *step) Done(err error) {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, a := range c.active {
		if a == s {
			c.active = append(c.active[:i], c.active[i+1:]...)
			break
		}
	}
	mark := c.paint(green, "✓")
	if err != nil {
		mark = c.paint(red, "✗")
	}
	c.line(fmt.Sprintf(" %s %s  %s", mark, s.name, c.paint(dim, unit.Duration(time.Since(s.start)))))
}

// Live shows the line of a running load.
func (c *console) Live(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.term {
		fmt.Fprintln(c.w, line)
		return
	}
	c.draw(line)
}

// Say prints a line that stays.
func (c *console) Say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line(fmt.Sprintf(format, args...))
}

// Clear removes the redrawn line, so that ordinary output may follow.
func (c *console) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draw("")
}

func (c *console) line(text string) {
	if c.term {
		c.erase()
	}
	fmt.Fprintln(c.w, text)
	c.redraw()
}

// redraw shows the newest active step, and how many others go on beside it.
func (c *console) redraw() {
	if !c.term {
		return
	}
	if len(c.active) == 0 {
		c.draw("")
		return
	}
	s := c.active[len(c.active)-1]
	text := fmt.Sprintf(" • %s  %s  %s", s.name, unit.Duration(time.Since(s.start).Truncate(time.Second)), s.detail)
	if n := len(c.active) - 1; n > 0 {
		text += fmt.Sprintf("  (+%d more)", n)
	}
	c.draw(text)
}

func (c *console) draw(text string) {
	if !c.term {
		return
	}
	text, _, _ = strings.Cut(text, "\n")
	if r := []rune(text); len(r) >= c.width {
		text = string(r[:max(c.width-1, 0)])
	}
	if text == c.status {
		return
	}
	c.erase()
	fmt.Fprint(c.w, text)
	c.status = text
}

func (c *console) erase() {
	if c.status != "" {
		fmt.Fprint(c.w, "\r\x1b[2K")
		c.status = ""
	}
}

// The ANSI colours in use.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
	dim    = "2"
)

func (c *console) paint(code, text string) string {
	if !c.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
