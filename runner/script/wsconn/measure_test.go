package wsconn

import (
	"maps"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// TestSamples looks at every sample of a connection as outputs see it.
func TestSamples(t *testing.T) {
	url := serve(t, func(c *websocket.Conn) {
		for range 2 { // the second read answers the ping, and the close frame
			kind, data, err := c.ReadMessage()
			if err != nil {
				return
			}
			_ = c.WriteMessage(kind, data)
		}
	})
	v := user(t)
	v.Test.Metrics.Stream()
	v.Test.Options.SystemTags = 1<<14 - 1 // the default ones
	v.Scenario, v.Group = &option.Scenario{Name: "s"}, "::a"
	a, err := ParseAddress(url)
	if err != nil {
		t.Fatal(err)
	}
	params := v.Runtime.NewObject()
	if err := params.Set("tags", map[string]any{"name": "chat", "n": 1}); err != nil {
		t.Fatal(err)
	}
	r := NewRequest(v, "test", a, nil, params)
	v.Group = "" // it is that of the request which counts
	c, done := run(t.Context(), v, r)
	expect(t, c, Opened)
	if err := c.Send(Text, []byte("x")); err != nil {
		t.Fatal(err)
	}
	expect(t, c, Text)
	if err := c.Ping(); err != nil {
		t.Fatal(err)
	}
	expect(t, c, Pong)
	if err := c.Close(NormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	expect(t, c, Closed)
	<-done
	c.Settle()

	want := metric.Set{"n": "1", "name": "chat", "url": "chat", "status": "101", "proto": "HTTP/1.1", "subproto": "", "group": "::a", "scenario": "s"}
	own := metric.Set{"group": "", "scenario": "s"}
	values := make(map[string]float64)
	for _, s := range v.Test.Metrics.Drain() {
		tags := want
		if s.Metric.Contains == metric.Data {
			tags = own
		}
		if !maps.Equal(s.Tags, tags) {
			t.Errorf("%s has the tags %v, want %v", s.Metric.Name, s.Tags, tags)
		}
		if s.Time.Before(c.handshake.started) {
			t.Errorf("%s is of %v, before the handshake", s.Metric.Name, s.Time)
		}
		values[s.Metric.Name] += s.Value
	}
	for _, name := range []string{"ws_sessions", "ws_msgs_sent", "ws_msgs_received"} {
		if values[name] != 1 {
			t.Errorf("%s is %v, want 1", name, values[name])
		}
	}
	for _, name := range []string{"ws_connecting", "ws_ping", "data_sent", "data_received"} {
		if values[name] <= 0 {
			t.Errorf("%s is %v", name, values[name])
		}
	}
	if values["ws_session_duration"] < values["ws_connecting"]+values["ws_ping"] {
		t.Errorf("the session took %v ms, less than its parts", values["ws_session_duration"])
	}
}

// TestErrorTags looks at those of a handshake that failed.
func TestErrorTags(t *testing.T) {
	c, done := connect(t.Context(), t, "ws://ann:secret@127.0.0.1:1/a")
	<-done
	for key, want := range map[string]string{
		"url": "ws://****:****@127.0.0.1:1/a", "status": "0", "error_code": "1212",
		"error": "dial tcp 127.0.0.1:1: connect: connection refused",
	} {
		if got, ok := (*tags)(c).system(key); got != want || !ok {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for _, key := range []string{"proto", "subproto", "tls_version", "ip", "method"} {
		if got, ok := (*tags)(c).system(key); ok {
			t.Errorf("%s is %q, want none", key, got)
		}
	}
}
