package wsconn

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that hands every connection to f.
func serve(t *testing.T, f func(*websocket.Conn)) (url string) {
	t.Helper()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := websocket.Upgrader{EnableCompression: true}
		c, err := u.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer close(done)
		defer func() { _ = c.Close() }()
		f(c)
	}))
	t.Cleanup(func() {
		s.Close()
		<-done
	})
	return s.URL
}

// user is a virtual user whose iteration ends with ctx.
func user(t *testing.T) *vu.VU {
	t.Helper()
	registry := metric.NewRegistry()
	test := &vu.Test{Metrics: registry, Builtin: metric.NewBuiltin(registry), Network: network.New(option.Network{}, nil, false),
		Warn: func(text string) { t.Log(text) }}
	v := vu.New(test, 1)
	t.Cleanup(v.Close)
	return v
}

// connect opens a connection and returns it with a channel that is closed when
// Run has ended.
func connect(ctx context.Context, t *testing.T, url string) (*Conn, <-chan struct{}) {
	t.Helper()
	v := user(t)
	a, err := ParseAddress(url)
	if err != nil {
		t.Fatal(err)
	}
	return run(ctx, v, NewRequest(v, "test", a, nil, nil))
}

func run(ctx context.Context, v *vu.VU, r *Request) (*Conn, <-chan struct{}) {
	c := New(ctx, v, r)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run()
	}()
	return c, done
}

// next waits for an event.
func next(t *testing.T, c *Conn) Event {
	t.Helper()
	ready := make(chan struct{})
	c.Await(func() { close(ready) })
	select {
	case <-ready:
	case <-time.After(20 * time.Second):
		t.Fatal("there is no event")
	}
	e, _ := c.Next()
	return e
}

func expect(t *testing.T, c *Conn, kind Kind) Event {
	t.Helper()
	e := next(t, c)
	if e.Kind != kind {
		t.Fatalf("got event %d (%v), want %d", e.Kind, e.Err, kind)
	}
	return e
}

// brief has connections be less patient.
func brief(t *testing.T, to *time.Duration, d time.Duration) {
	t.Helper()
	was := *to
	*to = d
	t.Cleanup(func() { *to = was })
}

// TestASlowScriptMakesTheServerWait takes no messages for a while: the server
// must come to a halt, and nothing may be lost.
func TestASlowScriptMakesTheServerWait(t *testing.T) {
	const messages, size = 4000, 16 << 10 // more than the buffers of the system hold
	var written atomic.Int64
	url := serve(t, func(c *websocket.Conn) {
		for range messages {
			if err := c.WriteMessage(websocket.BinaryMessage, make([]byte, size)); err != nil {
				t.Error(err)
				return
			}
			written.Add(1)
		}
		_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
		_, _, _ = c.ReadMessage()
	})
	brief(t, &patience, 100*time.Millisecond)
	v, warned := user(t), make(chan string, 1)
	v.Test.Warn = func(text string) { warned <- text }
	a, err := ParseAddress(url)
	if err != nil {
		t.Fatal(err)
	}
	c, done := run(t.Context(), v, NewRequest(v, "test", a, nil, nil))
	expect(t, c, Opened)
	for before := int64(-1); before != written.Load() || before == 0; time.Sleep(300 * time.Millisecond) {
		before = written.Load()
	}
	if n := written.Load(); n >= messages {
		t.Errorf("the server has written all %d messages: nothing holds it back", n)
	}
	c.in.mu.Lock()
	kept := c.in.bytes
	c.in.mu.Unlock()
	if kept < maxBytes || kept > maxBytes+size {
		t.Errorf("%d bytes are kept, want %d or a message more", kept, maxBytes)
	}
	for i := range messages {
		if e := expect(t, c, Binary); len(e.Data) != size {
			t.Fatalf("message %d has %d bytes", i, len(e.Data))
		}
	}
	if e := expect(t, c, Closed); e.Code != 1000 || !e.Clean || e.Err != nil {
		t.Errorf("got %+v", e)
	}
	<-done
	if text := <-warned; !strings.Contains(text, "faster than the script takes them") {
		t.Errorf("got the warning %q", text)
	}
	if got := c.vu.Test.Builtin.WSMsgsReceived.Values(nil); got.Sum != messages {
		t.Errorf("%v messages are measured, want %d", got.Sum, messages)
	}
}

// TestAServerThatDoesNotRead sends until nothing more is taken. The iteration
// must end all the same.
func TestAServerThatDoesNotRead(t *testing.T) {
	release := make(chan struct{})
	url := serve(t, func(*websocket.Conn) { <-release })
	c, done := connect(t.Context(), t, url)
	expect(t, c, Opened)
	var err error
	for n := 0; err == nil && n < 1<<30; n += 1 << 20 {
		err = c.Send(Binary, make([]byte, 1<<20))
	}
	if !errors.Is(err, ErrFull) || c.Buffered() < maxUnsent-1<<20 || c.Buffered() > maxUnsent {
		t.Errorf("got %v with %d bytes waiting", err, c.Buffered())
	}
	start := time.Now()
	c.Abort()
	<-done
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
	if e := expect(t, c, Closed); !e.Cut || e.Err != nil {
		t.Errorf("got %+v", e)
	}
	close(release)
}

func TestAbort(t *testing.T) {
	t.Run("open", func(t *testing.T) {
		code := make(chan int, 1)
		url := serve(t, func(c *websocket.Conn) {
			_, _, err := c.ReadMessage()
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				code <- closed.Code
			}
			close(code)
		})
		c, done := connect(t.Context(), t, url)
		expect(t, c, Opened)
		c.Abort()
		c.Abort()
		<-done
		if e := expect(t, c, Closed); !e.Cut {
			t.Errorf("got %+v", e)
		}
		if got := <-code; got != GoingAway {
			t.Errorf("the server got the code %d, want %d", got, GoingAway)
		}
		if err := c.Send(Text, nil); !errors.Is(err, ErrCloseSent) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("full", func(t *testing.T) { // the reader waits for the script
		url := serve(t, func(c *websocket.Conn) {
			for c.WriteMessage(websocket.TextMessage, []byte("x")) == nil {
			}
		})
		c, done := connect(t.Context(), t, url)
		expect(t, c, Opened)
		for full := false; !full; time.Sleep(time.Millisecond) {
			c.in.mu.Lock()
			full = c.in.full()
			c.in.mu.Unlock()
		}
		c.Abort()
		<-done
	})
	t.Run("closing", func(t *testing.T) {
		release := make(chan struct{})
		url := serve(t, func(*websocket.Conn) { <-release })
		c, done := connect(t.Context(), t, url)
		expect(t, c, Opened)
		if err := c.Close(1000, ""); err != nil {
			t.Error(err)
		}
		c.Abort()
		<-done
		close(release)
	})
	t.Run("lingering", func(t *testing.T) { // the server has closed, but not TCP
		brief(t, &lingerTimeout, time.Minute)
		release, answered := make(chan struct{}), make(chan struct{})
		url := serve(t, func(c *websocket.Conn) {
			_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
			_, _, _ = c.ReadMessage()
			close(answered)
			<-release
		})
		c, done := connect(t.Context(), t, url)
		expect(t, c, Opened)
		<-answered
		c.Abort()
		<-done
		if e := expect(t, c, Closed); !e.Clean || e.Code != 1000 {
			t.Errorf("got %+v", e)
		}
		close(release)
	})
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	for name, end := range map[string]func(*Conn, context.CancelFunc){
		"context": func(_ *Conn, cancel context.CancelFunc) { cancel() },
		"give up": func(c *Conn, _ context.CancelFunc) { c.GiveUp() },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c, done := connect(ctx, t, s.URL)
			time.Sleep(20 * time.Millisecond)
			end(c, cancel)
			<-done
			if e := expect(t, c, Closed); !e.Cut || !errors.Is(e.Err, context.Canceled) || c.Protocol() != "" {
				t.Errorf("got %+v", e)
			}
			if n := c.vu.Test.Builtin.WSConnecting.Values(nil).Samples; n != 0 {
				t.Errorf("%d handshakes are measured, want none", n)
			}
			if err := c.Ping(); !errors.Is(err, ErrCloseSent) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("time-out", func(t *testing.T) {
		brief(t, &openTimeout, 20*time.Millisecond)
		c, done := connect(t.Context(), t, s.URL)
		<-done
		e := expect(t, c, Closed)
		code, _ := (*tags)(c).system("error_code")
		if e.Cut || !errors.Is(e.Err, errOpenTimeout) || code != "1050" || c.Response().Error != "request timeout" {
			t.Errorf("got %+v, code %s, %+v", e, code, c.Response())
		}
	})
}

func TestAnUnansweredCloseFrame(t *testing.T) {
	brief(t, &closeTimeout, 50*time.Millisecond)
	url := serve(t, func(c *websocket.Conn) {
		c.SetCloseHandler(func(int, string) error { return nil })
		_, _, _ = c.ReadMessage()
		_, _ = c.NetConn().Read(make([]byte, 1))
	})
	c, done := connect(t.Context(), t, url)
	expect(t, c, Opened)
	if err := c.Close(3000, "reason"); err != nil {
		t.Fatal(err)
	}
	<-done
	if e := expect(t, c, Closed); !errors.Is(e.Err, errNoAnswer) || e.Code != 1006 || e.Clean {
		t.Errorf("got %+v", e)
	}
}

// TestCompression looks at how many bytes a message takes that can be
// compressed well.
func TestCompression(t *testing.T) {
	for _, compress := range []bool{false, true} {
		url := serve(t, func(c *websocket.Conn) {
			_, data, err := c.ReadMessage()
			if err != nil || len(data) != 1<<20 {
				t.Errorf("the server got %d bytes and %v", len(data), err)
			}
			_, _, _ = c.ReadMessage()
		})
		v := user(t)
		a, err := ParseAddress(url)
		if err != nil {
			t.Fatal(err)
		}
		r := NewRequest(v, "test", a, nil, nil)
		r.compress = compress
		c, done := run(t.Context(), v, r)
		expect(t, c, Opened)
		if err := c.Send(Text, bytes.Repeat([]byte("a"), 1<<20)); err != nil {
			t.Error(err)
		}
		if err := c.Close(NormalClosure, ""); err != nil {
			t.Error(err)
		}
		<-done
		c.Settle()
		if sent := v.Test.Builtin.DataSent.Values(nil).Sum; (sent < 1<<20) != compress {
			t.Errorf("with compression %t: %v bytes were sent", compress, sent)
		}
	}
}

// TestMessagesAreSentBeforeTheCloseFrame closes right after many messages.
func TestMessagesAreSentBeforeTheCloseFrame(t *testing.T) {
	const messages = 1000
	type outcome struct {
		messages, code int
		reason         string
	}
	outcomes := make(chan outcome, 1)
	url := serve(t, func(c *websocket.Conn) {
		var o outcome
		var closed *websocket.CloseError
		for ; closed == nil; o.messages++ {
			if _, _, err := c.ReadMessage(); err != nil && !errors.As(err, &closed) {
				t.Error(err)
				break
			}
		}
		if closed != nil {
			o.messages, o.code, o.reason = o.messages-1, closed.Code, closed.Text
		}
		outcomes <- o
	})
	c, done := connect(t.Context(), t, url)
	expect(t, c, Opened)
	for range messages {
		if err := c.Send(Text, []byte("message")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(3999, "that is all"); err != nil {
		t.Fatal(err)
	}
	<-done
	if e := expect(t, c, Closed); !e.Clean || e.Code != 3999 || c.Buffered() != 0 {
		t.Errorf("got %+v, %d bytes wait", e, c.Buffered())
	}
	if got, want := <-outcomes, (outcome{messages, 3999, "that is all"}); got != want {
		t.Errorf("the server got %+v, want %+v", got, want)
	}
	if n := c.vu.Test.Builtin.WSMsgsSent.Values(nil).Sum; n != messages {
		t.Errorf("%v messages are measured, want %d", n, messages)
	}
}
