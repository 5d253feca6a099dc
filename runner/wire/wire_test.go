package wire

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served returns a connection to a server that answers each connection with
// what answer writes.
func served(t testing.TB, answer func(c net.Conn)) *Conn {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		answer(c)
	}()
	c := dial(t, l.Addr().String())
	t.Cleanup(func() { c.Close(); l.Close(); <-done })
	return c
}

func dial(t testing.TB, address string) *Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return Plain(c, new(Traffic))
}

func get(path string) *Request {
	return &Request{Head: []byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"), Deadline: time.Now().Add(10 * time.Second)}
}

// says reads a request's head and answers with texts, one write each.
func says(texts ...string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		for _, text := range texts {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
			time.Sleep(time.Millisecond) // so that the pieces arrive apart
		}
	}
}

func TestResponses(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 4<<10) // more than a buffer
	for name, tt := range map[string]struct {
		says     []string
		status   int
		body     string
		reusable bool
		err      string
	}{
		"length":             {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}, 200, "ok", true, ""},
		"byte by byte":       {strings.Split("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ""), 200, "ok", true, ""},
		"long":               {[]string{fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(long)), long}, 200, long, true, ""},
		"chunked":            {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n", "2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n"}, 200, "abcde", true, ""},
		"long chunk":         {[]string{fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", len(long)), long, "\r\n0\r\n\r\n"}, 200, long, true, ""},
		"to the end":         {[]string{"HTTP/1.1 200 OK\r\n\r\nall ", "of it"}, 200, "all of it", false, ""},
		"close":              {[]string{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"}, 200, "", false, ""},
		"HTTP/1.0":           {[]string{"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"}, 200, "x", false, ""},
		"HTTP/1.0 kept":      {[]string{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx"}, 200, "x", true, ""},
		"interim":            {[]string{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx"}, 201, "x", true, ""},
		"no content":         {[]string{"HTTP/1.1 204 No Content\r\n\r\n"}, 204, "", true, ""},
		"bytes to spare":     {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxyz"}, 200, "x", false, ""},
		"line feeds":         {[]string{"HTTP/1.1 200 OK\nContent-Length: 1\n\nx"}, 200, "x", true, ""},
		"cut off in body":    {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx"}, 200, "", false, "in the middle of the response"},
		"cut off in head":    {[]string{"HTTP/1.1 200 OK\r\nContent-"}, 0, "", false, "in the middle of the response"},
		"nothing":            {nil, 0, "", false, "EOF"},
		"no HTTP":            {[]string{"SSH-2.0-OpenSSH_9.2\r\n\r\n"}, 0, "", false, "malformed HTTP response: the status line is \"SSH-2.0-OpenSSH_9.2\""},
		"two lengths":        {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"}, 200, "", false, "two lengths"},
		"negative length":    {[]string{"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nxx"}, 200, "", false, "Content-Length"},
		"unknown encoding":   {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxx"}, 200, "", false, "transfer encoding"},
		"no chunk size":      {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}, 200, "", false, "no size of a chunk"},
		"chunk without end":  {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"}, 200, "", false, "chunk does not end"},
		"no field":           {[]string{"HTTP/1.1 200 OK\r\nwhat is this\r\n\r\n"}, 200, "", false, "no header field"},
		"endless head":       {[]string{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead+1)}, 0, "", false, "longer than"},
		"endless chunk line": {[]string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1", 5<<10)}, 200, "", false, "longer than 4 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			c := served(t, says(tt.says...))
			var res Response
			reusable, err := c.Exchange(get("/"), &res)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if res.Status != tt.status || string(res.Body) != tt.body || reusable != tt.reusable {
				t.Errorf("status %d, body of %d bytes, reusable %t; want %d, %d bytes, %t", res.Status, len(res.Body), reusable, tt.status, len(tt.body), tt.reusable)
			}
		})
	}
}

func TestDiscardedBodiesAreCounted(t *testing.T) {
	for name, text := range map[string]string{
		"length":  "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000),
		"chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n" + strings.Repeat("x", 20000) + "\r\n0\r\n\r\n",
		"to end":  "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 20000),
	} {
		t.Run(name, func(t *testing.T) {
			c := served(t, says(text))
			req := get("/")
			req.Discard = true
			var res Response
			if _, err := c.Exchange(req, &res); err != nil || res.Body != nil || res.Length != 20000 {
				t.Errorf("error %v, body of %d bytes kept, length %d", err, len(res.Body), res.Length)
			}
		})
	}
}

// TestExchangesOverOneConnection sends requests of all sizes over one
// connection, plain and secure, and checks what arrived and what was counted.
func TestExchangesOverOneConnection(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Peer", r.RemoteAddr)
		_, _ = w.Write(b)
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	traffic := new(Traffic)
	tcp, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", secure.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tlsConn := tls.Client(traffic.Count(tcp), &tls.Config{InsecureSkipVerify: true})
	if err := tlsConn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Conn{"plain": dial(t, plain.Listener.Addr().String()), "TLS": Secure(tlsConn, traffic)} {
		t.Run(name, func(t *testing.T) {
			defer c.Close()
			var peer string
			for _, size := range []int{0, 1, smallBody, smallBody + 1, 8 << 20} {
				body := bytes.Repeat([]byte{'b'}, size)
				req := &Request{Head: fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", size), Body: body, Deadline: time.Now().Add(20 * time.Second)}
				var res Response
				reusable, err := c.Exchange(req, &res)
				if err != nil || !reusable || !bytes.Equal(res.Body, body) {
					t.Fatalf("%d bytes: error %v, reusable %t, %d bytes came back", size, err, reusable, len(res.Body))
				}
				if p := string(res.Field("x-peer")); peer != "" && p != peer {
					t.Errorf("%d bytes: went over another connection", size)
				} else {
					peer = p
				}
				if res.Wrote.Before(res.Started) || res.FirstByte.Before(res.Started) || res.Ended.Before(res.FirstByte) || res.Ended.IsZero() {
					t.Errorf("%d bytes: stages out of order: %v %v %v %v", size, res.Started, res.Wrote, res.FirstByte, res.Ended)
				}
			}
			if sent, received := c.traffic.Take(); sent < 8<<20 || received < 8<<20 {
				t.Errorf("counted %d bytes sent and %d received", sent, received)
			}
		})
	}
}

func TestDeadlines(t *testing.T) {
	c := served(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			if req.URL.Path == "/slow" {
				time.Sleep(80 * time.Millisecond)
			}
			if req.URL.Path != "/never" {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		}
	})
	for _, step := range []struct {
		path  string
		limit time.Duration
		err   error
	}{
		{"/", 40 * time.Millisecond, nil},
		{"/slow", 5 * time.Second, nil}, // the deadline of before passes meanwhile
		{"/", 30 * time.Millisecond, nil},
		{"/never", 60 * time.Millisecond, os.ErrDeadlineExceeded},
	} {
		req := get(step.path)
		start := time.Now()
		req.Deadline = start.Add(step.limit)
		var res Response
		_, err := c.Exchange(req, &res)
		if !errors.Is(err, step.err) {
			t.Fatalf("%s within %v: %v, want %v", step.path, step.limit, err, step.err)
		}
		if took := time.Since(start); step.err != nil && took < step.limit {
			t.Errorf("%s: ended after %v, before its deadline", step.path, took)
		}
	}
}

func TestAbort(t *testing.T) {
	c := served(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	time.AfterFunc(30*time.Millisecond, c.Abort)
	var res Response
	if _, err := c.Exchange(get("/"), &res); !errors.Is(err, ErrAborted) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Exchange(get("/"), &res); !errors.Is(err, ErrAborted) {
		t.Errorf("a later exchange: %v", err)
	}
}

func TestAlive(t *testing.T) {
	closeIt := make(chan struct{})
	c := served(t, func(c net.Conn) {
		says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(c)
		<-closeIt
	})
	var res Response
	if reusable, err := c.Exchange(get("/"), &res); err != nil || !reusable {
		t.Fatalf("reusable %t, %v", reusable, err)
	}
	later := time.Now().Add(time.Minute)
	if !c.Alive(later) {
		t.Error("an open connection is not alive")
	}
	close(closeIt)
	for end := time.Now().Add(5 * time.Second); c.Alive(later); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a closed connection is alive")
		}
	}
}

func TestFields(t *testing.T) {
	res := Response{Status: 404, Head: []byte("HTTP/1.1 404 Not Here\r\nA: 1\r\nset-cookie: x=y\r\nSet-Cookie:\tz \r\nLong-Name: v\r\n\r\n")}
	var got []string
	for k, v := range res.Fields() {
		got = append(got, string(k)+"="+string(v))
	}
	if s := strings.Join(got, " "); s != "A=1 set-cookie=x=y Set-Cookie=z Long-Name=v" {
		t.Errorf("fields %s", s)
	}
	if v := string(res.Field("set-cookie")); v != "x=y" {
		t.Errorf("set-cookie %q", v)
	}
	if res.Field("set") != nil || res.StatusText() != "404 Not Here" {
		t.Errorf("Field(set) %q, status %q", res.Field("set"), res.StatusText())
	}
}
