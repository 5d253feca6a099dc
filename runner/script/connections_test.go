package script

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// answers are what the path /raw/ writes in place of a proper response.
var answers = map[string]string{
	"garbage":   "this is no HTTP\r\n\r\n",
	"short":     "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred bytes",
	"http10":    "HTTP/1.0 200 Fine\r\nX-Old: yes\r\n\r\nto the end",
	"chunked":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nin p\r\n5\r\niecesX\r\n0\r\nX-Trailer: 1\r\n\r\n",
	"pieces":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nin p\r\n5\r\nieces\r\n0\r\nX-Trailer: 1\r\n\r\n",
	"interim":   "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal",
	"no-reason": "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n",
	"broken":    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nno gzip",
}

// addConnectionHandlers adds the paths that are about connections.
func addConnectionHandlers(mux *http.ServeMux) {
	mux.HandleFunc("/raw/{answer}", func(w http.ResponseWriter, r *http.Request) {
		c := take(w)
		_, _ = io.WriteString(c, answers[r.PathValue("answer")])
		_ = c.Close()
	})
	mux.HandleFunc("/reset", func(w http.ResponseWriter, _ *http.Request) {
		c := take(w)
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // closing it tells the peer that it was reset
		}
		_ = c.Close()
	})
	mux.HandleFunc("/peer", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) })
	mux.HandleFunc("/certificate", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	})
	mux.HandleFunc("/bytes/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		_, _ = w.Write(make([]byte, n))
	})
	crowd := &crowd{now: make(map[string]int), peak: make(map[string]int)}
	mux.HandleFunc("/crowd/{name}", crowd.join)
	mux.HandleFunc("/peak/{name}", func(w http.ResponseWriter, r *http.Request) {
		crowd.mu.Lock()
		defer crowd.mu.Unlock()
		fmt.Fprint(w, crowd.peak[r.PathValue("name")])
	})
}

// take takes the connection of a request.
func take(w http.ResponseWriter) net.Conn {
	h, _ := w.(http.Hijacker)
	c, _, err := h.Hijack()
	if err != nil {
		panic(err)
	}
	return c
}

// crowd counts how many requests are there at once, by name.
type crowd struct {
	mu        sync.Mutex
	now, peak map[string]int
}

func (c *crowd) join(_ http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	c.mu.Lock()
	c.now[name]++
	c.peak[name] = max(c.peak[name], c.now[name])
	c.mu.Unlock()
	time.Sleep(300 * time.Millisecond)
	c.mu.Lock()
	c.now[name]--
	c.mu.Unlock()
}
