package k6http

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// compress compresses the body of a request, by one algorithm after the other.
func (m *module) compress(k *call, list string) {
	if len(k.body) == 0 {
		m.vu.Throw("http: params.compression: there is no body to compress")
	}
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		b, err := compressed(k.body, name)
		if err != nil {
			m.vu.Throw("http: params.compression: %v", err)
		}
		k.body, names = b, append(names, name)
	}
	k.header = append(k.header, field{"Content-Encoding", strings.Join(names, ", ")})
}

func compressed(body []byte, algorithm string) ([]byte, error) {
	var b bytes.Buffer
	var w io.WriteCloser
	switch algorithm {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		w = z
	default:
		return nil, fmt.Errorf("%q is no algorithm: there are gzip, deflate, br and zstd", algorithm)
	}
	if _, err := w.Write(body); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// errDecompress marks a body that is not what its Content-Encoding says.
var errDecompress = errors.New("decompress the body")

// maxDecompressed bounds what a small body may grow to.
const maxDecompressed = 1 << 30

// decompress undoes the content encodings of a response, the last one first.
// A body of an encoding that nobody knows stays as it is.
func (h *hop) decompress() {
	encoding := h.res.Field("content-encoding")
	if encoding == nil || len(h.res.Body) == 0 {
		return
	}
	list := strings.Split(strings.ToLower(string(encoding)), ",")
	body := h.res.Body
	for i := len(list) - 1; i >= 0; i-- {
		b, known, err := decompressed(body, strings.TrimSpace(list[i]))
		if err != nil {
			h.err = fmt.Errorf("%w: %w", errDecompress, err)
			return
		}
		if !known {
			return
		}
		body = b
	}
	h.res.Body = body
}

func decompressed(body []byte, algorithm string) (b []byte, known bool, err error) {
	var r io.Reader
	in := bytes.NewReader(body)
	switch algorithm {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(in)
	case "deflate":
		r, err = zlib.NewReader(in)
	case "br":
		r = brotli.NewReader(in)
	case "zstd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1)); err == nil {
			defer z.Close()
			r = z
		}
	case "identity":
		return body, true, nil
	default:
		return body, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	b, err = io.ReadAll(io.LimitReader(r, maxDecompressed+1))
	if err == nil && len(b) > maxDecompressed {
		err = fmt.Errorf("it grows beyond %d bytes", maxDecompressed)
	}
	return b, true, err
}
