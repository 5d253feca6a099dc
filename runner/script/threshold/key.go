package threshold

import (
	"fmt"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// ParseKey reads the name of what thresholds apply to: a metric, or its part
// by tags, as in "http_req_duration{name:home,status:200}". Key and value are
// split at the first colon, since group names hold colons themselves.
func ParseKey(key string) (name string, selector []metric.Tag, err error) {
	name, rest, tagged := strings.Cut(key, "{")
	name = strings.TrimSpace(name)
	if name == "" {
		return "", nil, fmt.Errorf("threshold %q names no metric", key)
	}
	if !tagged {
		return name, nil, nil
	}
	inner, ok := strings.CutSuffix(strings.TrimSpace(rest), "}")
	if !ok {
		return "", nil, fmt.Errorf("threshold %q lacks its closing brace", key)
	}
	for part := range strings.SplitSeq(inner, ",") {
		k, v, ok := strings.Cut(part, ":")
		k, v = unquote(k), unquote(v)
		if !ok || k == "" {
			return "", nil, fmt.Errorf("threshold %q: %q is no tag: write it like \"name:home\"", key, strings.TrimSpace(part))
		}
		selector = append(selector, metric.Tag{Key: k, Value: v})
	}
	slices.SortFunc(selector, func(a, b metric.Tag) int {
		return strings.Compare(a.Key+"\x00"+a.Value, b.Key+"\x00"+b.Value)
	})
	return name, selector, nil
}

// unquote drops the spaces around s and one pair of quotes.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
