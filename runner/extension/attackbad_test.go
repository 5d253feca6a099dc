package extension_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAttackRefuses makes sure that the extension loads no other machine, and
// that what is wrong with its options is told with the key, what is allowed,
// and the line of the script.
func TestAttackRefuses(t *testing.T) {
	const url = `targets: [__ENV.URL]`
	for _, tt := range []struct {
		options string
		want    []string
	}{
		{`{ rate: 1, duration: '1s', ` + url + `, colour: 'red' }`, []string{`no option "colour"`, "rate, stages, sine"}},
		{`{ rate: -1, duration: '1s', ` + url + ` }`, []string{"rate must be", "from 0 to 1000000", "-1"}},
		{`{ rate: 'fast', duration: '1s', ` + url + ` }`, []string{"rate must be", `"120/m"`, `"fast"`}},
		{`{ rate: {freq: 1, per: '1s', and: 1}, duration: '1s', ` + url + ` }`, []string{`no option "and"`, "freq, per"}},
		{`{ rate: NaN, duration: '1s', ` + url + ` }`, []string{"rate must be", "NaN"}},
		{`{ rate: 0, duration: '1s', ` + url + ` }`, []string{"no request is ever due"}},
		{`{ rate: 1, ` + url + ` }`, []string{`needs a duration, such as "30s"`}},
		{`{ rate: 1, duration: 'soon', ` + url + ` }`, []string{"duration must be a duration", `"soon"`}},
		{`{ rate: 1, duration: -5, ` + url + ` }`, []string{"duration must be", "above 0", "-5"}},
		{`{ rate: 1, duration: '25h', ` + url + ` }`, []string{"24h"}},
		{`{ rate: 1, stages: [], duration: '1s', ` + url + ` }`, []string{"exactly one of rate, stages and sine, and got 2"}},
		{`{ duration: '1s', ` + url + ` }`, []string{"exactly one of rate, stages and sine, and got 0"}},
		{`{ stages: [], ` + url + ` }`, []string{"no request is ever due"}},
		{`{ stages: 5, ` + url + ` }`, []string{"stages must be an array"}},
		{`{ stages: [{duration: '1s', rate: 1}, 5], ` + url + ` }`, []string{"stages[1] must be {duration, rate}"}},
		{`{ stages: [{duration: '1s', target: 1}], ` + url + ` }`, []string{"stages[0]", `no option "target"`, "duration, rate, from"}},
		{`{ stages: [{duration: '1s'}], ` + url + ` }`, []string{"stages[0]", "rate must be"}},
		{`{ stages: [{rate: 1}], ` + url + ` }`, []string{"stages[0] needs a duration"}},
		{`{ stages: [{duration: '1s', rate: 1}], duration: '1s', ` + url + ` }`, []string{"leave out duration"}},
		{`{ sine: {mean: 1, amplitude: 2, period: '1s'}, duration: '1s', ` + url + ` }`, []string{"amplitude 2 is above", "mean 1"}},
		{`{ sine: {mean: 1, amplitude: 1}, duration: '1s', ` + url + ` }`, []string{"sine needs a period"}},
		{`{ sine: {mean: 1, amplitude: 1, period: '1s', startAt: 400}, duration: '1s', ` + url + ` }`, []string{"startAt", "-360 to 360"}},
		{`{ sine: {mean: 1, swing: 1}, duration: '1s', ` + url + ` }`, []string{`no option "swing"`, "mean, amplitude, period, startAt"}},
		{`{ rate: 1, duration: '1s' }`, []string{"needs targets"}},
		{`{ rate: 1, duration: '1s', targets: [] }`, []string{"targets is empty"}},
		{`{ rate: 1, duration: '1s', targets: 'http://127.0.0.1' }`, []string{"targets must be an array, a function, or {file, format}"}},
		{`{ rate: 1, duration: '1s', targets: [5] }`, []string{"targets[0] must be a URL"}},
		{`{ rate: 1, duration: '1s', targets: ['127.0.0.1/a'] }`, []string{"targets[0]", "http://127.0.0.1:8000/path"}},
		{`{ rate: 1, duration: '1s', targets: [{url: __ENV.URL, verb: 'GET'}] }`, []string{`no option "verb"`, "method, url, header, body"}},
		{`{ rate: 1, duration: '1s', targets: [{url: __ENV.URL, method: 'A B'}] }`, []string{"targets[0]", "invalid method"}},
		{`{ rate: 1, duration: '1s', targets: [{url: __ENV.URL, header: {'a b': 1}}] }`, []string{"targets[0]", `"a b" is no name`}},
		{`{ rate: 1, duration: '1s', targets: [{url: __ENV.URL, header: {a: 'x\ny'}}] }`, []string{"targets[0]", "header field A"}},
		{`{ rate: 1, duration: '1s', targets: ['http://shop.example/'] }`, []string{`host "shop.example" is not this machine`, "--allow-host"}},
		{`{ rate: 1, duration: '1s', ` + url + `, workers: 0 }`, []string{"workers must be a number from 1 to 100000"}},
		{`{ rate: 1, duration: '1s', ` + url + `, workers: 1.5 }`, []string{"workers must be a whole number"}},
		{`{ rate: 1, duration: '1s', ` + url + `, connections: 'many' }`, []string{"connections must be a number"}},
		{`{ rate: 1, duration: '1s', ` + url + `, timeout: 0 }`, []string{"timeout must be", "above 0"}},
		{`{ rate: 1, duration: '1s', ` + url + `, tags: {a: {}} }`, []string{"tags.a must be a string"}},
		{`{ rate: 1, duration: '1s', ` + url + `, name: 5 }`, []string{"name must be a string"}},
		{`5`, []string{"takes an object"}},
	} {
		t.Run(tt.options, func(t *testing.T) { refused(t, "TypeError", tt.options, tt.want...) })
	}
}

// refused runs an attack that is to be refused before anything is sent, at
// line 3 of its script.
func refused(t *testing.T, kind, options string, want ...string) {
	t.Helper()
	said, asked := run(t, `import { attack } from 'k6/x/artisan';
		async function go() {
			await attack(`+options+`);
		}
		export default async function () {
			try { await go(); console.log('went on'); } catch (e) { console.log(e.name + ': ' + e.message + '\n' + e.stack); }
		}`)
	if asked != 0 || len(said) != 1 {
		t.Fatalf("the script said %q and asked %d times, want a refusal", said, asked)
	}
	for _, w := range append(want, kind+": ", "a.js:3:") {
		if !strings.Contains(said[0], w) {
			t.Errorf("the script said\n%s\nwithout %q", said[0], w)
		}
	}
}

// TestAttackFunctionRefused has the function that makes targets go wrong.
func TestAttackFunctionRefused(t *testing.T) {
	for _, tt := range []struct{ targets, want string }{
		{`() => 'http://shop.example/'`, `host "shop.example" is not this machine`},
		{`() => { throw new Error('no more'); }`, "no more"},
		{`() => undefined`, "targets(0) must be a URL or {method, url, header, body}, and is undefined"},
		{`() => ({url: __ENV.URL, verb: 'GET'})`, `no option "verb"`},
	} {
		t.Run(tt.targets, func(t *testing.T) {
			refused(t, "Error", `{ rate: 1, duration: '1s', targets: `+tt.targets+` }`, "targets(0)", tt.want)
		})
	}
}

// TestAttackInInit calls attack where nothing runs yet.
func TestAttackInInit(t *testing.T) {
	said, asked := run(t, `import { attack } from 'k6/x/artisan';
		let why = 'nothing was thrown';
		try { attack({ rate: 1, duration: '1s', targets: [__ENV.URL] }); } catch (e) { why = e.message; }
		export default function () { console.log(why); }`)
	if asked != 0 || len(said) != 1 || !strings.Contains(said[0], "cannot be used in the init context") {
		t.Errorf("the script said %q and asked %d times", said, asked)
	}
}

// TestAttackBadFile reads files of targets that are wrong, and wants the line.
func TestAttackBadFile(t *testing.T) {
	const ok = "GET http://127.0.0.1:1/\n"
	for i, tt := range []struct{ format, text, want string }{
		{"http", ok + "\n\nget http://127.0.0.1:1/\n", ":4: bad method: get"},
		{"http", ok + "\n# nothing\nGET\n", ":4: bad target: GET"},
		{"http", ok + "GET nowhere\n", ":2: bad URL: nowhere"},
		{"http", ok + "X-A 1\n", ":2: bad header: X-A 1"},
		{"http", ok + "@no-such-file\n", ":2: bad body: "},
		{"http", ok + "\nGET http://shop.example/\nX-A: 1\n\n" + ok, `:3: host "shop.example" is not this machine`},
		{"http", ok + "\nGET http://127.0.0.1:1/ " + strings.Repeat("x", 70_000), ":3: the line is longer than"},
		{"http", "# nothing\n", "holds no target"},
		{"http", "", "holds no target"},
		{"json", `{"method":"GET","url":"http://127.0.0.1:1/"}` + "\n\n" + `{"method":"GET"}`, ":3: "},
		{"json", `{"url":"http://127.0.0.1:1/"}`, ":1: "},
		{"json", "{", ":1: "},
		{"json", `{"method":"GET","url":"http://shop.example/"}`, `:1: host "shop.example" is not this machine`},
	} {
		t.Run(fmt.Sprint(i, " ", tt.want), func(t *testing.T) {
			path := file(t, tt.text)
			refused(t, "TypeError", fmt.Sprintf(`{ rate: 1, duration: '1s', targets: {file: %q, format: %q} }`, path, tt.format), path, tt.want)
		})
	}
	refused(t, "TypeError", `{ rate: 1, duration: '1s', targets: {format: 'http'} }`, "targets needs a file")
	refused(t, "TypeError", `{ rate: 1, duration: '1s', targets: {file: 'a', format: 'yaml'} }`, `"yaml" does not exist: there are http and json`)
	refused(t, "Error", `{ rate: 1, duration: '1s', targets: {file: 'no-such-file'} }`, "no-such-file", "no such file")
}
