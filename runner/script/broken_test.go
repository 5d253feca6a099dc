package script

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// startBroken2 starts a server of HTTP/2 that answers each request with the
// mistake which the request's path names.
func startBroken2(t *testing.T) string {
	t.Helper()
	lender := httptest.NewUnstartedServer(http.NotFoundHandler()) // of its certificate
	lender.StartTLS()
	defer lender.Close()
	cfg := &tls.Config{Certificates: lender.TLS.Certificates, NextProtos: []string{"h2"}}
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // it is closed
			}
			wg.Go(func() { break2(c) })
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	})
	return "https://" + l.Addr().String()
}

// break2 reads requests until one is answered by the end of the connection.
// Errors are the client's going away.
func break2(c net.Conn) {
	defer func() { _ = c.Close() }()
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c, preface); err != nil || !bytes.Equal(preface, []byte(http2.ClientPreface)) {
		return
	}
	framer := http2.NewFramer(c, c)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if framer.WriteSettings() != nil {
		return
	}
	for {
		f, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() && framer.WriteSettingsAck() != nil {
				return
			}
		case *http2.MetaHeadersFrame:
			if !mistake(framer, f) {
				if f.PseudoValue("path") != "/late" {
					_, _ = io.Copy(io.Discard, c) // until the client has seen it and gone
				}
				return
			}
		}
	}
}

// mistake answers one request, and tells whether the connection can go on.
func mistake(framer *http2.Framer, f *http2.MetaHeadersFrame) bool {
	switch path := f.PseudoValue("path"); path {
	case "/reset":
		return framer.WriteRSTStream(f.StreamID, http2.ErrCodeCancel) == nil
	case "/refused":
		return framer.WriteRSTStream(f.StreamID, http2.ErrCodeRefusedStream) == nil
	case "/goaway": // before the request
		_ = framer.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, []byte("too fast"))
	case "/late": // with the request under way
		_ = framer.WriteGoAway(f.StreamID, http2.ErrCodeEnhanceYourCalm, []byte("too fast"))
		return false
	case "/moved": // each connection is good for one request
		if f.StreamID == 1 {
			return framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: status200, EndStream: true, EndHeaders: true}) == nil
		}
		_ = framer.WriteGoAway(1, http2.ErrCodeNo, nil)
	default: // a window update of nothing is a mistake of the connection
		_ = framer.WriteRawFrame(http2.FrameWindowUpdate, 0, 0, []byte{0, 0, 0, 0})
	}
	return false
}

// status200 is the header of a response of that status (RFC 7541, appendix A).
var status200 = []byte{0x88}
