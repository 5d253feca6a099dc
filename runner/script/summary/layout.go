package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// style is how a span is shown on a terminal.
type style string

const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// span is a piece of a line.
type span struct {
	text  string
	style style
}

func say(text string) span { return span{text, plain} }

func (s span) width() int { return utf8.RuneCountInString(s.text) }

// page is a text under way.
type page struct {
	out    strings.Builder
	indent string // before every line that is not empty
	colors bool
	blocks int
}

// block begins a titled block.
func (p *page) block(title string) {
	if p.blocks++; p.blocks > 1 {
		p.line(0)
		p.line(0)
	}
	p.line(2, span{"█ " + title, bold})
	p.line(0)
}

// line writes one line that begins at a column.
func (p *page) line(column int, spans ...span) {
	end := len(spans)
	for end > 0 && strings.TrimRight(spans[end-1].text, " ") == "" {
		end-- // no spaces at the end
	}
	if end > 0 {
		p.out.WriteString(p.indent)
		p.out.WriteString(strings.Repeat(" ", column))
	}
	for i, s := range spans[:end] {
		if i == end-1 {
			s.text = strings.TrimRight(s.text, " ")
		}
		p.span(s)
	}
	p.out.WriteByte('\n')
}

func (p *page) span(s span) {
	text := printable(s.text)
	if p.colors && s.style != plain && text != "" {
		text = "\x1b[" + string(s.style) + "m" + text + "\x1b[0m"
	}
	p.out.WriteString(text)
}

// printable replaces what would break a line or drive a terminal: names come
// from scripts and servers.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// columns aligns the cells of rows: each column is as wide as its widest
// cell, and one space apart from the next.
type columns []int

func (c *columns) fit(cells []span) {
	for i, s := range cells {
		if i == len(*c) {
			*c = append(*c, 0)
		}
		(*c)[i] = max((*c)[i], s.width())
	}
}

// left pads the cells on their right.
func (c columns) left(cells []span) []span {
	var out []span
	for i, s := range cells {
		out = append(out, s, say(strings.Repeat(" ", c[i]-s.width()+1)))
	}
	return out
}

// right pads the cells on their left.
func (c columns) right(cells []span) []span {
	var out []span
	for i, s := range cells {
		out = append(out, say(strings.Repeat(" ", c[i]-s.width())), s, say("  "))
	}
	return out
}
