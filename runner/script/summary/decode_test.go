package summary

import (
	"strings"
	"testing"
)

// TestTheObjectReadsAsTheData: what handleSummary gets makes the same text as
// the data themselves, but for what the object has no place for.
func TestTheObjectReadsAsTheData(t *testing.T) {
	d := example()
	d.Names, d.Warnings = nil, nil
	for _, unit := range []string{"", "s", "us"} {
		d.TimeUnit = unit
		for _, colors := range []bool{false, true} {
			d.StdOutTTY = colors
			data, err := HandleSummaryJSON(d)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(text(t, d, Compact), " (abortOnFail)", "")
			if got, err := TextFromHandleSummary(data, "", colors); err != nil || got != want {
				t.Errorf("got\n%s\n%v\nwant\n%s", got, err, want)
			}
			got, err := TextFromHandleSummary(data, "> ", colors)
			for k, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
				if (line == "") == strings.HasPrefix(line, "> ") || err != nil {
					t.Errorf("line %d: got %q, %v", k, line, err)
				}
			}
		}
	}
}

// TestChangedObject: a script may take away and add what it likes.
func TestChangedObject(t *testing.T) {
	for data, want := range map[string]string{
		`{}`:             "nothing was measured",
		`{"metrics":{}}`: "nothing was measured",
		`{"metrics":{"c":{"type":"counter","values":{"count":3}}}}`:                                                                 "c..................................: 3 -\n",
		`{"metrics":{"t":{"type":"trend","contains":"time","values":{"min":1,"extra":2000}}}}`:                                      ": min=1ms extra=2s\n",
		`{"metrics":{"t":{"type":"trend","values":{"avg":null}}}}`:                                                                  ": no samples\n",
		`{"metrics":{"g":{"type":"gauge","values":{"value":1.5}}}}`:                                                                 ": 1.5 min=- max=-\n",
		`{"metrics":{"r":{"type":"rate","values":{"rate":0.5}}}}`:                                                                   ": 50.00% -\n",
		`{"metrics":{"c":{"type":"counter","values":{"count":0},"thresholds":{"count<1":{"ok":false}}}}}`:                           "✗ 'count<1' no samples\n",
		`{"metrics":{"c":{"type":"counter","values":{"count":0},"thresholds":{"count>1":{"ok":false}}}}}`:                           "✗ 'count>1' count=0\n",
		`{"metrics":{"c":{"type":"counter","values":{"rate":2e6},"contains":"data","thresholds":{"rate<1":{}}}}}`:                   "✗ 'rate<1' no samples\n",
		`{"metrics":{"c":{"type":"counter","values":{"count":1,"rate":2e6},"contains":"data","thresholds":{"rate<1":{}}}}}`:         "✗ 'rate<1' rate=2 MB/s\n",
		`{"metrics":{"t":{"type":"trend","values":{"avg":1},"thresholds":{"p(99)<5":{"ok":true},"what":{"ok":false}}}}}`:            "✓ 'p(99)<5'\n    ✗ 'what'\n",
		`{"metrics":{"t":{"type":"trend","thresholds":{"p(99)<5":{"ok":true}}}}}`:                                                   "✗ 'p(99)<5' no samples\n",
		`{"root_group":{"checks":[{"name":"a","passes":1,"fails":2}]},"state":{"testRunDurationMs":2000}}`:                          "checks_total.......................: 3      1.5/s\n",
		`{"metrics":{"checks":{"type":"rate","values":{"rate":1,"passes":4,"fails":0}},"checks{x:y}":{"type":"rate","values":{}}}}`: "checks_failed......................: 0.00%   0 out of 4\n      { x:y }..........................: no samples\n",
		"{\"metrics\":{\"a\\u001b[31m\\nb\":{\"type\":\"counter\",\"values\":{\"count\":1}}}}":                                      "a\ufffd[31m\ufffdb",
	} {
		if got, err := TextFromHandleSummary([]byte(data), "", false); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: got\n%s\n%v\nwant\n%s", data, got, err, want)
		}
	}
}

func TestChangedObjectRefuses(t *testing.T) {
	for data, want := range map[string]string{
		``:                                 "unexpected end of JSON input",
		`[]`:                               "cannot unmarshal array",
		`{"metrics":[]}`:                   "metrics: it is no object",
		`{"metrics":{"m":{"type":"set"}}}`: `metrics["m"]: type "set" does not exist: there are counter, gauge, rate and trend`,
		`{"metrics":{"m":{"type":"gauge","values":{"value":"1"}}}}`:                `metrics["m"]: values: "value" is no number`,
		`{"metrics":{"m":{"type":"gauge","values":7}}}`:                            `metrics["m"]: values: it is no object`,
		`{"metrics":{"m":{"type":"gauge","values":{},"thresholds":{"a<1":"no"}}}}`: `metrics["m"]: thresholds: "a<1"`,
		`{"options":{"summaryTimeUnit":"h"}}`:                                      `unit "h" does not exist`,
		`{"root_group":{"checks":[{"passes":-1}]}}`:                                "checks.passes",
	} {
		if got, err := TextFromHandleSummary([]byte(data), "", false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got\n%s\n%v\nwant\n%s", data, got, err, want)
		}
	}
}

func FuzzTextFromHandleSummary(f *testing.F) {
	for _, d := range []Data{example(), tiny(), silent(), {}} {
		data, err := HandleSummaryJSON(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "")
	}
	f.Add([]byte(`{"metrics":{"x{":{"type":"trend","values":{"a":1e308,"b":-1e308},"thresholds":{"p(1)<2":{}}},"checks":{"type":"rate","values":{"passes":1e308,"fails":1e308}}}}`), " ")
	f.Fuzz(func(t *testing.T, data []byte, indent string) {
		colored, err := TextFromHandleSummary(data, indent, true)
		if err != nil {
			return
		}
		got, err := TextFromHandleSummary(data, indent, false)
		if err != nil {
			t.Fatal(err)
		}
		if strip(colored) != strip(got) {
			t.Errorf("colours change more than colour:\n%s\n%s", colored, got)
		}
		for line := range strings.Lines(got) {
			if strings.ContainsAny(indent, "\n\r") {
				break
			}
			if line != "\n" && !strings.HasPrefix(line, indent+"  ") {
				t.Errorf("line %q lacks the indent %q", line, indent)
			}
			if strings.HasSuffix(line, " \n") {
				t.Errorf("line %q ends in a space", line)
			}
		}
	})
}
