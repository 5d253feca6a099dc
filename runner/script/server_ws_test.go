package script

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// handleWebSockets adds a WebSocket server to mux, whose paths behave as the
// tests need.
func handleWebSockets(mux *http.ServeMux) {
	for path, serve := range map[string]func(*websocket.Conn, *http.Request){
		"/ws/echo": wsEcho, "/ws/tell": wsTell, "/ws/close/{code}": wsClose, "/ws/ping": wsPing,
		"/ws/silent": wsSilent, "/ws/drop": func(*websocket.Conn, *http.Request) {}, "/ws/flood": wsFlood,
		"/ws/hangup": func(c *websocket.Conn, _ *http.Request) { _, _, _ = c.ReadMessage() },
		"/ws/bytes":  wsBytes,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			u := websocket.Upgrader{EnableCompression: true, Subprotocols: []string{"v2.chat", "v1.chat"},
				CheckOrigin: func(*http.Request) bool { return true }}
			header := http.Header{"Set-Cookie": {"seen=yes; Path=/"}, "X-Served-By": {"pod-1"}}
			c, err := u.Upgrade(w, r, header)
			if err != nil {
				return // it has told the client
			}
			defer func() { _ = c.Close() }()
			serve(c, r)
		})
	}
	mux.HandleFunc("/ws/refuse", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Why", "no seat")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "go away")
	})
	mux.HandleFunc("/ws/bad-accept", func(w http.ResponseWriter, _ *http.Request) { answerUpgrade(w, "Sec-WebSocket-Accept: wrong") })
	mux.HandleFunc("/ws/bad-protocol", func(w http.ResponseWriter, r *http.Request) {
		answerUpgrade(w, "Sec-WebSocket-Protocol: unasked", "Sec-WebSocket-Accept: "+accept(r))
	})
	mux.HandleFunc("/ws/bad-extension", func(w http.ResponseWriter, r *http.Request) {
		answerUpgrade(w, "Sec-WebSocket-Extensions: x-unasked", "Sec-WebSocket-Accept: "+accept(r))
	})
	mux.HandleFunc("/ws/unanswered", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
}

// answerUpgrade accepts a handshake with header fields of its own.
func answerUpgrade(w http.ResponseWriter, fields ...string) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	lines := append([]string{"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"}, fields...)
	_, _ = c.Write([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n"))
	var b [1]byte
	_, _ = c.Read(b[:])
}

// accept is the answer to the key of a handshake (RFC 6455, 4.2.2).
func accept(r *http.Request) string {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-Websocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// wsEcho sends back what it gets.
func wsEcho(c *websocket.Conn, _ *http.Request) {
	for {
		kind, data, err := c.ReadMessage()
		if err != nil {
			return
		}
		if err := c.WriteMessage(kind, data); err != nil {
			return
		}
	}
}

// wsTell says what the handshake held, and closes.
func wsTell(c *websocket.Conn, r *http.Request) {
	var lines []string
	for _, name := range []string{"User-Agent", "Cookie", "X-Test", "Authorization", "Sec-Websocket-Protocol", "Sec-Websocket-Extensions", "Origin"} {
		if v := r.Header.Values(name); len(v) > 0 {
			lines = append(lines, name+": "+strings.Join(v, " | "))
		}
	}
	_ = c.WriteMessage(websocket.TextMessage, []byte(strings.Join(lines, "; ")))
	sayBye(c, websocket.CloseNormalClosure, "told")
}

// wsClose closes with a code, once it has got a message.
func wsClose(c *websocket.Conn, r *http.Request) {
	if _, _, err := c.ReadMessage(); err != nil {
		return
	}
	code, _ := strconv.Atoi(r.PathValue("code"))
	sayBye(c, code, r.URL.Query().Get("reason"))
}

func sayBye(c *websocket.Conn, code int, reason string) {
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
	_, _, _ = c.ReadMessage() // the answer
}

// wsPing sends a ping and tells the answer.
func wsPing(c *websocket.Conn, _ *http.Request) {
	c.SetPongHandler(func(data string) error {
		return c.WriteMessage(websocket.TextMessage, []byte("pong "+data))
	})
	_ = c.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(time.Second))
	_, _, _ = c.ReadMessage()
}

// wsSilent never answers, not even a close frame.
func wsSilent(c *websocket.Conn, _ *http.Request) {
	c.SetPingHandler(func(string) error { return nil })
	c.SetCloseHandler(func(int, string) error { return nil })
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			break
		}
	}
	var b [1]byte
	_, _ = c.NetConn().Read(b[:])
}

// wsFlood sends so many numbered messages as n says, or until it is asked to
// close, then closes.
func wsFlood(c *websocket.Conn, r *http.Request) {
	n, _ := strconv.Atoi(r.URL.Query().Get("n"))
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _, _ = c.ReadMessage() // which answers a close frame
	}()
	for i := 0; i < n && c.WriteMessage(websocket.TextMessage, []byte(strconv.Itoa(i))) == nil; i++ {
	}
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	<-over
}

// wsBytes sends bytes that no text message may hold as one.
func wsBytes(c *websocket.Conn, _ *http.Request) {
	_ = c.WriteMessage(websocket.TextMessage, []byte{'a', 0xff})
	_, _, _ = c.ReadMessage()
}
