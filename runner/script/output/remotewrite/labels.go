package remotewrite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// nameLabel is the label that holds the name of a time series.
const nameLabel = "__name__"

// label is one label of a time series.
type label struct{ name, value string }

// parseLabels reads labels like "environment=production,server=srv1". Those
// without name or value, and the name of the series, are ignored, as they are
// in k6.
func parseLabels(text string) ([]label, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var all []label
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok:
			return nil, fmt.Errorf("%sLABELS: %q lacks its value: write them like \"environment=production,server=srv1\"", prefix, name)
		case name == "" || value == "" || name == nameLabel:
			continue
		}
		l := label{labelName(name), strings.ToValidUTF8(value, "\uFFFD")}
		if i := slices.IndexFunc(all, func(o label) bool { return o.name == l.name }); i >= 0 {
			all[i] = l
			continue
		}
		all = append(all, l)
	}
	return all, nil
}

// labelName makes a tag's name one that a label can have in every version of
// Prometheus: letters, digits and underscores, no digit first. Names that
// begin with two underscores are Prometheus' own.
func labelName(tag string) string {
	if validLabel(tag) {
		return tag
	}
	b := []byte(tag)
	for i, c := range b {
		if !letter(c) && (c < '0' || c > '9') {
			b[i] = '_'
		}
	}
	name := string(b)
	if strings.HasPrefix(name, "__") {
		name = "tag" + name
	}
	if name == "" || !letter(name[0]) {
		name = "_" + name
	}
	return name
}

func validLabel(s string) bool {
	if s == "" || !letter(s[0]) || strings.HasPrefix(s, "__") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !letter(c) && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func letter(c byte) bool {
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}

// collect makes labels of tags and of the static labels, which come second, in
// the order of their names. An empty value is no label. Values whose tags
// differ only by what a name cannot hold share a label.
func collect(into []label, tags metric.Set, static []label) []label {
	into = into[:0]
	for tag, value := range tags {
		if value != "" {
			into = append(into, label{labelName(tag), strings.ToValidUTF8(value, "\uFFFD")})
		}
	}
	own := into
	for _, l := range static {
		if !slices.ContainsFunc(own, func(o label) bool { return o.name == l.name }) {
			into = append(into, l)
		}
	}
	slices.SortFunc(into, func(a, b label) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	return join(into)
}

// join joins the values of labels with the same name.
func join(sorted []label) []label {
	kept := 0
	for i, l := range sorted {
		if i > 0 && sorted[kept-1].name == l.name {
			sorted[kept-1].value += ";" + l.value
			continue
		}
		sorted[kept] = l
		kept++
	}
	return sorted[:kept]
}
