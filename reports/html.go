package reports

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/artisan-platform/headroom/runner/unit"
)

//go:embed templates
var templates embed.FS

// HTML writes report.html: one file that needs nothing but itself.
func HTML(w io.Writer, in Input) error {
	t, err := pageTemplate()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "page.html", newPage(in)); err != nil {
		return fmt.Errorf("render report.html: %w", err)
	}
	if _, err := io.WriteString(w, legal(b.String())); err != nil {
		return fmt.Errorf("write report.html: %w", err)
	}
	return nil
}

// pageTemplate parses the templates. Style and script are our own files and go
// in as they are; everything else is escaped for where it stands.
func pageTemplate() (*template.Template, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return nil, fmt.Errorf("read the page's style: %w", err)
	}
	script, err := templates.ReadFile("templates/cursor.js")
	if err != nil {
		return nil, fmt.Errorf("read the page's script: %w", err)
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"style":    func() template.CSS { return template.CSS(style) },
		"script":   func() template.JS { return template.JS(script) },
		"num":      func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) },
		"or":       func(s string) string { return or(s, none) },
		"lower":    strings.ToLower,
		"count":    unit.Count,
		"rate":     unit.Rate,
		"span":     loadSpan,
		"failures": failures,
		"observed": func(v *float64) string {
			if v == nil {
				return none
			}
			return number(*v)
		},
	}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the page's templates: %w", err)
	}
	return t, nil
}

// cursorData is what the page's script shows under the cursor.
type cursorData struct {
	Step   float64       `json:"step"` // seconds in a bucket
	First  float64       `json:"first"`
	Zero   int64         `json:"zero"` // unix milliseconds
	N      int           `json:"n"`
	Charts []cursorChart `json:"charts"`
}

type cursorChart struct {
	ID     string        `json:"id"`
	Unit   string        `json:"unit"`
	Curves []cursorCurve `json:"curves"`
}

type cursorCurve struct {
	Values compact `json:"v"`
	Reach  int     `json:"reach,omitempty"`
	Factor float64 `json:"factor,omitempty"`
	Raw    string  `json:"raw,omitempty"`
}

func cursorOf(a axis, groups []chartGroup) cursorData {
	d := cursorData{Step: a.step.Seconds(), First: a.offset(0).Seconds(), Zero: a.zero.UnixMilli(), N: a.n}
	for _, g := range groups {
		for _, c := range g.charts {
			out := cursorChart{ID: c.ID, Unit: c.Unit}
			for _, s := range c.Series {
				out.Curves = append(out.Curves, cursorCurve{compact(s.Values), s.Reach, s.Factor, s.Raw})
			}
			d.Charts = append(d.Charts, out)
		}
	}
	return d
}
