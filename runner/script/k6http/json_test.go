package k6http

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/wire"
)

// FuzzJSON picks from a body by a selector. Whatever both are, the script gets
// a value or an exception.
func FuzzJSON(f *testing.F) {
	doc := `{"a":{"b":[1,"x",null,{"c":true}]},"text":"{\"in\":[1]}","list":[{"k":1,"v":"s"},{"k":2}]}`
	for _, selector := range []string{"", "a.b.#", "list.#(k>1)#.v", "list.#(v==~null)#.k", "*.b|0", "a\\.b", "text.@fromstr.in", "@dig:c",
		`{a.b,"n":!1,"m":list.#}`, "[a,@this].@join", "list.@group", "list.@pretty:{\"sortKeys\":true}", "..0.a", "a.@reverse.@keys", "#(", "[", "{\"", "!\"", "@:", "\\"} {
		f.Add(doc, selector)
		f.Add("[1,[2]]\n3", selector)
	}
	v := vu.New(&vu.Test{Metrics: metric.NewRegistry()}, 1)
	f.Fuzz(func(t *testing.T, body, selector string) {
		r := &response{module: &module{vu: v}, call: &call{}, hop: &hop{target: &target{}, res: wire.Response{Body: []byte(body)}}}
		var got sobek.Value
		thrown := v.Runtime.Try(func() { got = r.json(v.Runtime.ToValue(selector)) })
		if thrown == nil && got == nil {
			t.Error("neither a value nor an exception")
		}
		if selector == "" && (thrown == nil) != json.Valid([]byte(body)) {
			t.Errorf("got %v and %v for a body that is JSON: %t", got, thrown, json.Valid([]byte(body)))
		}
	})
}

func TestDeepBodiesAreRefused(t *testing.T) {
	v := vu.New(&vu.Test{Metrics: metric.NewRegistry()}, 1)
	deep := bytes.Repeat([]byte("["), 50<<20) // would take gigabytes of stack
	for _, selector := range []string{"", "a", "@dig:a", "..#", "@flatten:{\"deep\":true}"} {
		r := &response{module: &module{vu: v}, call: &call{}, hop: &hop{target: &target{}, res: wire.Response{Body: deep}}}
		if thrown := v.Runtime.Try(func() { r.json(v.Runtime.ToValue(selector)) }); thrown == nil {
			t.Errorf("json(%q) parses a body of brackets", selector)
		}
	}
}
