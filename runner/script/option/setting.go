package option

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// setting is an option that the environment or the command line may give as
// text.
type setting struct {
	key   string // as a script writes it
	env   string // "": not by the environment
	flag  string // "": not by the command line
	short string
	form  form
	usage string
}

// form is how the text of a setting becomes a value.
type form int

const (
	text       form = iota
	number          // a whole number
	truth           // a boolean
	list            // separated by commas
	stageList       // "5s:10,5m:20"
	tagList         // "name:value,..." or "name=value"
	dnsOptions      // "ttl=5m,select=random"
)

// settings is all of them, in the order of the help text.
var allSettings = []setting{
	{"vus", "K6_VUS", "vus", "u", number, "number of virtual users"},
	{"duration", "K6_DURATION", "duration", "d", text, "how long to run, such as 1m30s"},
	{"iterations", "K6_ITERATIONS", "iterations", "i", number, "number of iterations of all virtual users together"},
	{"stages", "K6_STAGES", "stage", "s", stageList, "a ramp as duration:target; give it once per stage"},
	{"executionSegment", "", "execution-segment", "", text, "this instance's share of the test, such as 1/4:1/2"},
	{"executionSegmentSequence", "", "execution-segment-sequence", "", text, "the ends of all shares, such as 0,1/4,1/2,1"},
	{"paused", "K6_PAUSED", "paused", "p", truth, "wait before setup until the REST API says go"},
	{"linger", "K6_LINGER", "linger", "l", truth, "keep the REST API up after the end until interrupted"},
	{"noSetup", "K6_NO_SETUP", "no-setup", "", truth, "do not call setup()"},
	{"noTeardown", "K6_NO_TEARDOWN", "no-teardown", "", truth, "do not call teardown()"},
	{"noThresholds", "K6_NO_THRESHOLDS", "no-thresholds", "", truth, "do not evaluate thresholds"},
	{"minIterationDuration", "K6_MIN_ITERATION_DURATION", "min-iteration-duration", "", text, "an iteration lasts at least so long"},
	{"setupTimeout", "K6_SETUP_TIMEOUT", "", "", text, ""},
	{"teardownTimeout", "K6_TEARDOWN_TIMEOUT", "", "", text, ""},
	{"handleSummaryTimeout", "K6_HANDLE_SUMMARY_TIMEOUT", "", "", text, ""},
	{"throw", "K6_THROW", "throw", "w", truth, "failed requests throw"},
	{"rps", "K6_RPS", "rps", "", number, "most requests a second"},
	{"tags", "K6_TAGS", "tag", "", tagList, "a tag for every sample, as name=value; may be repeated"},
	{"systemTags", "K6_SYSTEM_TAGS", "system-tags", "", list, "the tags that samples get by themselves"},
	{"summaryTrendStats", "K6_SUMMARY_TREND_STATS", "summary-trend-stats", "", list, "columns of trends in the summary: avg,min,med,max,count,p(N)"},
	{"summaryTimeUnit", "K6_SUMMARY_TIME_UNIT", "summary-time-unit", "", text, "unit of times in the summary: s, ms or us"},
	{"maxRedirects", "K6_MAX_REDIRECTS", "max-redirects", "", number, "most redirects of one request"},
	{"batch", "K6_BATCH", "batch", "", number, "most requests of one http.batch() at once"},
	{"batchPerHost", "K6_BATCH_PER_HOST", "batch-per-host", "", number, "most requests of one http.batch() to one host at once"},
	{"userAgent", "K6_USER_AGENT", "user-agent", "", text, "header User-Agent; empty for none"},
	{"httpDebug", "K6_HTTP_DEBUG", "http-debug", "", text, "log requests and responses: headers or full"},
	{"discardResponseBodies", "K6_DISCARD_RESPONSE_BODIES", "discard-response-bodies", "", truth, "read bodies and drop them, unless a request says otherwise"},
	{"noConnectionReuse", "K6_NO_CONNECTION_REUSE", "no-connection-reuse", "", truth, "a connection for each request"},
	{"noVUConnectionReuse", "K6_NO_VU_CONNECTION_REUSE", "no-vu-connection-reuse", "", truth, "new connections in each iteration"},
	{"noCookiesReset", "K6_NO_COOKIES_RESET", "", "", truth, ""},
	{"blockHostnames", "K6_BLOCK_HOSTNAMES", "block-hostnames", "", list, "host names that are not connected to; a leading * stands for anything"},
	{"blacklistIPs", "K6_BLACKLIST_IPS", "blacklist-ip", "", list, "ranges of addresses that are not connected to, such as 10.0.0.0/8"},
	{"localIPs", "K6_LOCAL_IPS", "local-ips", "", list, "local addresses, ranges and networks that connections are made from"},
	{"dns", "K6_DNS", "dns", "", dnsOptions, "ttl=5m,select=random,policy=preferIPv4"},
	{"insecureSkipTLSVerify", "K6_INSECURE_SKIP_TLS_VERIFY", "insecure-skip-tls-verify", "", truth, "trust any certificate"},
	{"noUsageReport", "K6_NO_USAGE_REPORT", "no-usage-report", "", truth, "has no effect: nothing is ever reported to anybody"},
}

// Env returns the layer of the environment's variables.
func Env(env map[string]string) *Layer {
	names := make(map[string]string)
	l := &Layer{values: &object{values: map[string]any{}}, name: func(path []string) string {
		return place("the environment", "environment variable ", names, path)
	}}
	for _, s := range allSettings {
		if value, ok := env[s.env]; ok && s.env != "" && (value != "" || s.form == text) {
			names[s.key] = s.env
			l.set(s.key, s.value([]string{value}))
		}
	}
	return l
}

// place names where an option was given: by its name there, which names holds,
// or no place in particular.
func place(whole, prefix string, names map[string]string, path []string) string {
	if len(path) == 0 {
		return whole
	}
	return strings.Join(append([]string{prefix + names[path[0]]}, path[1:]...), ".")
}

// Flags adds the options to a command line. The function that it returns gives
// the layer of those that were used, once the command line is parsed.
func Flags(fs *pflag.FlagSet) func() *Layer {
	given := make(map[string]*[]string)
	for _, s := range allSettings {
		if s.flag == "" {
			continue
		}
		v := &flagValue{form: s.form}
		f := fs.VarPF(v, s.flag, s.short, s.usage)
		switch s.form {
		case truth:
			f.NoOptDefVal = "true"
		case text:
			if s.key == "httpDebug" {
				f.NoOptDefVal = "headers"
			}
		}
		given[s.flag] = &v.texts
	}
	return func() *Layer {
		names := make(map[string]string)
		l := &Layer{values: &object{values: map[string]any{}}, name: func(path []string) string {
			return place("the command line", "--", names, path)
		}}
		for _, s := range allSettings {
			if s.flag != "" && fs.Changed(s.flag) {
				names[s.key] = s.flag
				l.set(s.key, s.value(*given[s.flag]))
			}
		}
		return l
	}
}

// flagValue implements pflag.Value: it keeps the texts, which are checked with
// all other options.
type flagValue struct {
	form  form
	texts []string
}

func (v *flagValue) String() string { return strings.Join(v.texts, ",") }

// Set implements pflag.Value.
func (v *flagValue) Set(s string) error {
	v.texts = append(v.texts, s)
	return nil
}

// Type implements pflag.Value: the word that help shows for a value.
func (v *flagValue) Type() string {
	return [...]string{"string", "int", "bool", "list", "duration:target", "name=value", "list"}[v.form]
}

func (l *Layer) set(key string, value any) {
	if _, known := l.values.values[key]; !known {
		l.values.keys = append(l.values.keys, key)
	}
	l.values.values[key] = value
}

var wholeNumber = regexp.MustCompile(`^-?[0-9]{1,18}$`)

// value makes of texts what a script would have written. What makes no sense
// stays a string, and is refused where the option is read.
func (s setting) value(texts []string) any {
	last := texts[len(texts)-1]
	switch s.form {
	case number:
		if wholeNumber.MatchString(last) {
			return json.Number(last)
		}
	case truth:
		if b, err := strconv.ParseBool(last); err == nil {
			return b
		}
	case list:
		return items(texts, func(item string) any { return item })
	case stageList:
		return items(texts, stage)
	case tagList:
		return pairs(texts)
	case dnsOptions:
		return pairs(texts)
	}
	return last
}

func items(texts []string, read func(string) any) []any {
	list := []any{}
	for _, t := range texts {
		for item := range strings.SplitSeq(t, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, read(item))
			}
		}
	}
	return list
}

// stage reads "5m:20".
func stage(item string) any {
	duration, target, ok := strings.Cut(item, ":")
	if !ok {
		return item
	}
	o := &object{keys: []string{"duration", "target"}, values: map[string]any{"duration": duration, "target": target}}
	if wholeNumber.MatchString(target) {
		o.values["target"] = json.Number(target)
	}
	return o
}

// pairs reads "a=b" and "a:b"; what is neither stays a string.
func pairs(texts []string) any {
	o := &object{values: map[string]any{}}
	for _, item := range items(texts, func(s string) any { return s }) {
		s := fmt.Sprint(item)
		i := strings.IndexAny(s, "=:")
		if i <= 0 {
			return s
		}
		if key := s[:i]; !slices.Contains(o.keys, key) {
			o.keys = append(o.keys, key)
		}
		o.values[s[:i]] = s[i+1:]
	}
	return o
}
