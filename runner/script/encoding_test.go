package script

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// addEncodingHandlers adds the paths that pack and unpack bodies.
func addEncodingHandlers(mux *http.ServeMux) {
	mux.HandleFunc("/packed/{encodings}", func(w http.ResponseWriter, r *http.Request) { // "gzip,br": by one after the other
		body := []byte("unpacked")
		w.Header().Set("Content-Encoding", strings.ReplaceAll(r.PathValue("encodings"), ",", ", "))
		for name := range strings.SplitSeq(r.PathValue("encodings"), ",") {
			body = pack(body, name)
		}
		_, _ = w.Write(body)
	})
	mux.HandleFunc("/unpack", func(w http.ResponseWriter, r *http.Request) { // tells what it was sent
		body, _ := io.ReadAll(r.Body)
		names := strings.Split(r.Header.Get("Content-Encoding"), ", ")
		for i := len(names) - 1; i >= 0; i-- {
			body = unpack(body, names[i])
		}
		w.Header().Set("X-Encoding", r.Header.Get("Content-Encoding"))
		_, _ = w.Write(body)
	})
}

// pack packs by one encoding; one that nobody knows changes nothing.
func pack(body []byte, name string) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch strings.ToLower(name) {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	default:
		return body
	}
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

func unpack(body []byte, name string) []byte {
	in := bytes.NewReader(body)
	var r io.Reader = in
	switch name {
	case "gzip":
		r, _ = gzip.NewReader(in)
	case "deflate":
		r, _ = zlib.NewReader(in)
	case "br":
		r = brotli.NewReader(in)
	case "zstd":
		z, _ := zstd.NewReader(in)
		defer z.Close()
		r = z
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return []byte(name + ": " + err.Error())
	}
	return plain
}
