package reports

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable makes text from a plan, a label or an error safe for one line of a
// terminal: no control or formatting character survives, so nothing in it can
// move the cursor, change colours or turn the line around.
func printable(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return '\uFFFD'
		}
		return r
	}, s)
	return strings.TrimSpace(clean)
}

// legal replaces what XML 1.0 cannot hold, escaped or not, and what would turn
// the text around it.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFFFE, r == 0xFFFF,
			r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return '\uFFFD'
		}
		return r // an invalid byte arrives here as U+FFFD
	}, s)
}

// noBreak is the space at which no line is broken.
const noBreak = "\u00a0"

// unbroken keeps s on one line.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", noBreak) }

// cells is the width of s on a terminal: wide East Asian characters and emoji
// take two cells, combining marks none.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cell(r)
	}
	return n
}

func cell(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3,
		r >= 0xF900 && r <= 0xFAFF, r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60,
		r >= 0xFFE0 && r <= 0xFFE6, r >= 0x1F300 && r <= 0x1FAFF, r >= 0x20000 && r <= 0x3FFFD:
		return 2
	}
	return 1
}

// cut shortens s to at most width cells, ending it in an ellipsis if anything
// is lost.
func cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if cells(s) <= width {
		return s
	}
	n := 0
	for i, r := range s {
		if n += cell(r); n > width-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// shorten cuts s in its middle: names that share a beginning differ at the end.
func shorten(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	tail := s
	for cells(tail) > width/2 {
		_, n := utf8.DecodeRuneInString(tail)
		tail = tail[n:]
	}
	return cut(s, width-cells(tail)) + tail
}

// pad fills s with spaces up to width cells.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-cells(s), 0))
}
