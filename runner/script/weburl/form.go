package weburl

import "strings"

// Pair is a name with its value.
type Pair struct{ Name, Value string }

// ParseForm reads application/x-www-form-urlencoded.
func ParseForm(s string) []Pair {
	var list []Pair
	for part := range strings.SplitSeq(s, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, Pair{formText(name), formText(value)})
	}
	return list
}

func formText(s string) string {
	return text(decode(strings.ReplaceAll(s, "+", " ")))
}

// FormatForm writes application/x-www-form-urlencoded.
func FormatForm(list []Pair) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(formEncode(p.Name) + "=" + formEncode(p.Value))
	}
	return b.String()
}

func formEncode(s string) string { return strings.ReplaceAll(encode(s, formSet), "%20", "+") }
