package option

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"time"
)

// entry is one key of a JSON object that keeps its order.
type entry struct {
	key   string
	value any
}

type entries []entry

// MarshalJSON implements json.Marshaler.
func (e entries) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range e {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(x.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(x.value)
		if err != nil {
			return nil, fmt.Errorf("option %s: %w", x.key, err)
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// MarshalJSON writes the options as a script would, with everything that was
// decided: reading them again gives the same options.
func (o Options) MarshalJSON() ([]byte, error) {
	e := entries{
		{"paused", o.Paused}, {"scenarios", o.scenarioEntries()},
		{"executionSegment", orNull(o.segment)}, {"executionSegmentSequence", orNull(o.sequence)},
		{"noSetup", o.NoSetup}, {"setupTimeout", durationText(o.SetupTimeout)},
		{"noTeardown", o.NoTeardown}, {"teardownTimeout", durationText(o.TeardownTimeout)},
		{"handleSummaryTimeout", durationText(o.SummaryTimeout)},
		{"rps", o.RPS}, {"maxRedirects", o.HTTP.MaxRedirects}, {"userAgent", o.HTTP.UserAgent},
		{"batch", o.HTTP.Batch}, {"batchPerHost", o.HTTP.BatchPerHost}, {"httpDebug", o.HTTP.Debug},
		{"throw", o.Throw}, {"thresholds", o.thresholdEntries()}, {"noThresholds", o.NoThresholds},
		{"minIterationDuration", durationText(o.MinIteration)}, {"linger", o.Linger},
		{"noConnectionReuse", o.HTTP.NoConnectionReuse}, {"noVUConnectionReuse", o.HTTP.NoVUConnectionReuse},
		{"noCookiesReset", o.HTTP.NoCookiesReset}, {"discardResponseBodies", o.HTTP.DiscardResponseBodies},
		{"systemTags", o.SystemTags.Names()}, {"tags", orEmpty(o.Tags)},
		{"summaryTrendStats", o.Summary.TrendStats}, {"summaryTimeUnit", orNull(o.Summary.TimeUnit)},
	}
	return append(e, o.Network.entries()...).MarshalJSON()
}

func (o Network) entries() entries {
	var hosts entries
	for _, h := range o.Hosts {
		name, to := h.Name, h.To.String()
		if h.Port > 0 {
			name = fmt.Sprintf("%s:%d", name, h.Port)
		}
		if h.To.Port() == 0 {
			to = h.To.Addr().String()
		}
		hosts = append(hosts, entry{name, to})
	}
	ttl := durationText(o.DNS.TTL)
	if o.DNS.TTL == Forever {
		ttl = "inf"
	}
	e := entries{
		{"hosts", hosts}, {"blockHostnames", orNone(o.BlockHostnames)}, {"blacklistIPs", orNone(o.BlacklistIPs)},
		{"localIPs", orNone(o.LocalIPs)},
		{"dns", entries{{"ttl", ttl}, {"select", o.DNS.Select}, {"policy", o.DNS.Policy}}},
		{"insecureSkipTLSVerify", o.TLS.InsecureSkipVerify},
	}
	if o.TLS.Min != 0 || o.TLS.Max != 0 {
		e = append(e, entry{"tlsVersion", entries{{"min", tlsVersionName(o.TLS.Min)}, {"max", tlsVersionName(o.TLS.Max)}}})
	}
	var suites []string
	for _, id := range o.TLS.CipherSuites {
		suites = append(suites, tls.CipherSuiteName(id))
	}
	if suites != nil {
		e = append(e, entry{"tlsCipherSuites", suites})
	}
	return e // tlsAuth holds keys: it is shown to nobody
}

func tlsVersionName(v uint16) string {
	for name, version := range tlsVersionNames {
		if version == v {
			return name
		}
	}
	return ""
}

func (o Options) scenarioEntries() entries {
	var list entries
	for _, s := range o.Scenarios {
		e := entries{
			{"executor", s.ExecutorName}, {"startTime", durationText(s.Start)}, {"gracefulStop", durationText(s.settings.gracefulStop)},
			{"env", orEmpty(s.Env)}, {"exec", s.Exec}, {"tags", orEmpty(s.Tags)},
		}
		for _, key := range kinds[s.ExecutorName].takes {
			e = append(e, entry{key, s.settings.value(key)})
		}
		list = append(list, entry{s.Name, e})
	}
	return list
}

// value is a setting of a scenario as a script would write it.
func (s settings) value(key string) any {
	switch key {
	case "vus":
		return s.vus
	case "startVUs":
		return s.startVUs
	case "preAllocatedVUs":
		return s.preAllocated
	case "maxVUs":
		return max(s.maxVUs, s.preAllocated)
	case "iterations":
		return s.iterations
	case "duration":
		return durationText(s.duration)
	case "maxDuration":
		return durationText(s.maxDuration)
	case "timeUnit":
		return durationText(s.timeUnit)
	case "rate":
		return s.rate
	case "startRate":
		return s.startRate
	case "gracefulRampDown":
		return durationText(s.gracefulRampDown)
	}
	stages := []entries{}
	for _, st := range s.stages {
		stages = append(stages, entries{{"duration", durationText(st.duration)}, {"target", st.target}})
	}
	return stages
}

func (o Options) thresholdEntries() entries {
	var list entries
	at := make(map[string]int)
	for _, t := range o.Thresholds {
		var value any = t.Expr.Text
		if t.AbortOnFail || t.DelayAbort > 0 {
			value = entries{{"threshold", t.Expr.Text}, {"abortOnFail", t.AbortOnFail}, {"delayAbortEval", durationText(t.DelayAbort)}}
		}
		if i, ok := at[t.Key]; ok {
			values, _ := list[i].value.([]any)
			list[i].value = append(values, value)
			continue
		}
		at[t.Key] = len(list)
		list = append(list, entry{t.Key, []any{value}})
	}
	return list
}

// durationText writes a duration so that it can be read again.
func durationText(d time.Duration) string { return d.String() }

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
