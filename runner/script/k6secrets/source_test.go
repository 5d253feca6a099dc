package k6secrets

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseSource(t *testing.T) {
	for text, want := range map[string]Source{
		"file=secrets.env":                   {Kind: "file", Path: "secrets.env"},
		"file=name=db,default,a,b.env":       {Kind: "file", Name: "db", Default: true, Path: "a,b.env"},
		"mock=mysecret=value":                {Kind: "mock", Values: map[string]string{"mysecret": "value"}},
		"mock=default,cool=cool secret":      {Kind: "mock", Default: true, Values: map[string]string{"cool": "cool secret"}},
		"mock=name=another,cool=not=cool,b=": {Kind: "mock", Name: "another", Values: map[string]string{"cool": "not=cool", "b": ""}},
		"mock=name=default,a=1":              {Kind: "mock", Name: "default", Default: true, Values: map[string]string{"a": "1"}},
		"url":                                {Kind: "url", Params: map[string]string{}},
		"url=default,urlTemplate=https://x/{key}?a=b,headers.Authorization=Bearer t,timeout=10s": {Kind: "url", Default: true,
			Params: map[string]string{"urlTemplate": "https://x/{key}?a=b", "headers.Authorization": "Bearer t", "timeout": "10s"}},
		"url=config=c.json,maxRetries=0": {Kind: "url", Params: map[string]string{"config": "c.json", "maxRetries": "0"}},
	} {
		if got, err := ParseSource(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v and %v, want %+v", text, got, err, want)
		}
	}
}

// TestBadSources also holds that errors do not tell what may be a secret.
func TestBadSources(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "there is no kind \"\"",
		"cloud=x":                         "there is no kind \"cloud\": there are file=PATH, mock=KEY=VALUE,KEY=VALUE and url=",
		"file":                            "secret source file: the path is missing: write it like file=PATH",
		"file=default":                    "the path is missing",
		"mock":                            "it holds no secrets",
		"mock=default,name=x":             "it holds no secrets",
		"mock=a=hunter2,hunter2":          "part 2 is not like KEY=VALUE (a comma ends a value)",
		"mock==hunter2":                   "part 1 is not like KEY=VALUE",
		"mock=a=hunter2,a=hunter2":        "\"a\" is there twice",
		"mock=name=,a=1":                  "it needs one name that is not empty",
		"mock=name=x,name=y,a=1":          "it needs one name that is not empty",
		"url=timeout=hunter2":             "timeout: it must be a duration above 0, such as 500ms, 30s or 1m",
		"url=timeout=0s":                  "timeout: it must be a duration above 0",
		"url=maxRetries=-1":               "maxRetries: it must be an integer of 0 or more",
		"url=requestsBurst=0":             "requestsBurst: it must be an integer of 1 or more",
		"url=requestsPerMinuteLimit=ten":  "requestsPerMinuteLimit: it must be an integer of 1 or more",
		"url=retries=1":                   "there is no parameter \"retries\": there are maxRetries, method, ",
		"url=headers.A B=hunter2":         "headers.A B is no header of HTTP",
		"url=headers.Token=hunter2\nX: y": "headers.Token is no header of HTTP",
	} {
		_, err := ParseSource(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error tells a value: %v", text, err)
		}
	}
}

// FuzzParseSource writes what was parsed once more: it must mean the same.
func FuzzParseSource(f *testing.F) {
	for _, s := range []string{"file=a", "file=name=x,default,a,b", "mock=a=b,default,c=d=e", "url", "url=urlTemplate=http://h/{key},headers.A=b",
		"mock=name=default,k=", "url=config=f,timeout=1s", "mock==", "=", "file=,", "url=headers.=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSource(text)
		if err != nil {
			return
		}
		var parts []string
		if s.Default {
			parts = append(parts, "default")
		}
		if s.Name != "" {
			parts = append(parts, "name="+s.Name)
		}
		for _, values := range []map[string]string{s.Values, s.Params} {
			for _, k := range slices.Sorted(maps.Keys(values)) {
				parts = append(parts, k+"="+values[k])
			}
		}
		if s.Kind == "file" {
			parts = append(parts, s.Path)
		}
		again, err := ParseSource(s.Kind + "=" + strings.Join(parts, ","))
		if err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%q is %+v, but written once more %+v (%v)", text, s, again, err)
		}
	})
}

func TestFilesOfSecrets(t *testing.T) {
	got, err := parseFile("secret=very secret\r\n\nsomeotherkey= another=secret \n#a=b\nlast=")
	want := map[string]string{"secret": "very secret", "someotherkey": " another=secret ", "#a": "b", "last": ""}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
	for text, want := range map[string]string{
		"a=1\nhunter2":     "line 2 is not like KEY=VALUE",
		"=hunter2":         "line 1 is not like KEY=VALUE",
		"a=hunter2\n\na=x": "line 3 holds \"a\" once more",
	} {
		if _, err := parseFile(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add("a=b\r\nc=d=e\n\n")
	f.Add("=x")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := parseFile(text)
		if err != nil {
			return
		}
		var b strings.Builder
		for k, v := range values {
			b.WriteString(k + "=" + v + "\r\n")
		}
		if again, err := parseFile(b.String()); err != nil || !maps.Equal(again, values) {
			t.Errorf("%q is %q, but written once more %q (%v)", text, values, again, err)
		}
	})
}
