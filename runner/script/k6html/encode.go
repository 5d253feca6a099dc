package k6html

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strings"
)

// The ways in which a form can be encoded.
const (
	urlEncoded = "application/x-www-form-urlencoded"
	multiParts = "multipart/form-data"
	plainText  = "text/plain"
)

// encodeURL encodes entries as application/x-www-form-urlencoded (URL
// standard) in their order; url.Values would sort them.
func encodeURL(list []entry) string {
	var b strings.Builder
	for i, e := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		writeURLEncoded(&b, crlf(e.name))
		b.WriteByte('=')
		writeURLEncoded(&b, crlf(e.value))
	}
	return b.String()
}

func writeURLEncoded(b *strings.Builder, s string) {
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('+')
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', strings.IndexByte("*-._", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(b, "%%%02X", c)
		}
	}
}

var quoter = strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22")

// encodeParts encodes entries as multipart/form-data. Those named in files are
// file inputs that nobody has chosen a file for.
func encodeParts(list []entry, files map[string]bool) (body, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, e := range list {
		header := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name="%s"`, quoter.Replace(crlf(e.name)))
		if files[e.name] {
			disposition += `; filename=""`
			header.Set("Content-Type", "application/octet-stream")
		}
		header.Set("Content-Disposition", disposition)
		part, err := w.CreatePart(header)
		if err != nil {
			return "", "", err
		}
		if _, err := part.Write([]byte(crlf(e.value))); err != nil {
			return "", "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", "", err
	}
	return b.String(), w.FormDataContentType(), nil
}

// encodePlain encodes entries as text/plain.
func encodePlain(list []entry) string {
	var b strings.Builder
	for _, e := range list {
		b.WriteString(crlf(e.name) + "=" + crlf(e.value) + "\r\n")
	}
	return b.String()
}
