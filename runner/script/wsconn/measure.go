package wsconn

import (
	"crypto/tls"
	"errors"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/metric"
)

// measure emits the samples of an event, at the time when it happened.
func (c *Conn) measure(e *Event) {
	b := c.vu.Test.Builtin
	switch e.Kind {
	case Opened:
		c.measureOpening(metric.Point{Metric: b.WSSessions, Value: 1})
	case Text, Binary:
		c.emit(e.At, metric.Point{Metric: b.WSMsgsReceived, Value: 1})
	case Pong:
		if e.rtt > 0 {
			c.emit(e.At, metric.Point{Metric: b.WSPing, Value: ms(e.rtt)})
		}
	case Closed:
		if c.handshake.err == nil {
			c.emit(e.At, metric.Point{Metric: b.WSSessionDuration, Value: ms(e.At.Sub(c.handshake.started))})
		} else if !e.Cut {
			c.measureOpening()
		}
	}
	c.flush(e.At, e.Kind == Closed)
}

// measureOpening emits the samples of the handshake.
func (c *Conn) measureOpening(more ...metric.Point) {
	h := &c.handshake
	connecting := metric.Point{Metric: c.vu.Test.Builtin.WSConnecting, Value: ms(h.ended.Sub(h.started))}
	c.vu.Samples.Take(&metric.Event{Points: append(more, connecting), Tags: (*tags)(c), Time: h.ended,
		Endpoint: c.request.endpoint(c.vu.Test),
		Outcome: metric.Outcome{Failed: h.err != nil, Service: ms(h.ended.Sub(h.started)),
			Response: ms(h.ended.Sub(h.due)), Due: h.due != h.started}})
}

func (c *Conn) emit(at time.Time, p metric.Point) {
	c.vu.Samples.Take(&metric.Event{Points: []metric.Point{p}, Tags: (*tags)(c), Time: at})
}

// flushInterval is how often the bytes of a connection are measured.
const flushInterval = time.Second

// flush emits the samples of what was written since it was last called, and
// now and then those of the bytes that went over the connection.
func (c *Conn) flush(now time.Time, all bool) {
	b := c.vu.Test.Builtin
	for _, at := range c.out.takeSent() {
		c.emit(at, metric.Point{Metric: b.WSMsgsSent, Value: 1})
	}
	if !all && now.Sub(c.flushed) < flushInterval {
		return
	}
	c.flushed = now
	if sent, received := c.traffic.Take(); sent > 0 || received > 0 {
		c.vu.Samples.Take(&metric.Event{Tags: c.vu, Time: now, Points: []metric.Point{
			{Metric: b.DataSent, Value: float64(sent)}, {Metric: b.DataReceived, Value: float64(received)},
		}})
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// tags are those of the samples of a connection. None of them costs anything
// until it is asked for.
type tags Conn

var _ metric.Tags = (*tags)(nil)

// tagNames are the system tags of a connection.
var tagNames = []string{"name", "url", "status", "subproto", "proto", "group", "error", "error_code", "tls_version", "ip"}

// Tag implements metric.Tags.
func (t *tags) Tag(key string) (string, bool) {
	if v, ok := t.request.tags[key]; ok {
		return v, true
	}
	if t.vu.Test.Options.SystemTags.Has(key) {
		if v, ok := t.system(key); ok {
			return v, true
		}
	}
	return t.vu.Tag(key)
}

// Put implements metric.Tags.
func (t *tags) Put(into metric.Set) {
	t.vu.Put(into)
	for _, key := range tagNames {
		if v, ok := t.system(key); ok && t.vu.Test.Options.SystemTags.Has(key) {
			into[key] = v
		}
	}
	maps.Copy(into, t.request.tags)
}

func (t *tags) system(key string) (string, bool) {
	h := &t.handshake
	switch key {
	case "name", "url":
		if t.request.name != "" {
			return t.request.name, true
		}
		return t.request.address.told, true
	case "status":
		return strconv.Itoa(h.status), true
	case "subproto":
		return h.protocol, h.status > 0
	case "proto":
		return h.proto, h.status > 0
	case "group":
		return t.request.group, true
	case "error":
		if h.err == nil {
			return "", false
		}
		return k6http.ErrorText(h.err), true
	case "error_code":
		code := h.errorCode()
		return strconv.Itoa(code), code != 0
	case "tls_version":
		if h.tls == nil {
			return "", false
		}
		return strings.ToLower(strings.ReplaceAll(tls.VersionName(h.tls.Version), " ", "")), true
	case "ip":
		if h.remote == nil {
			return "", false
		}
		host, _, err := net.SplitHostPort(h.remote.String())
		return host, err == nil
	}
	return "", false
}

// Codes by which k6 names what went wrong, besides those of k6http.
const (
	codeTimeout = 1050
	codeStatus  = 1000 // + 400...599
)

// errorCode is k6's code for why there is no connection; 0 if there is one.
func (h *handshake) errorCode() int {
	switch {
	case h.err == nil:
		return 0
	case errors.Is(h.err, errOpenTimeout):
		return codeTimeout
	case h.status >= http.StatusBadRequest:
		return codeStatus + h.status
	}
	return k6http.ErrorCode(h.err)
}
