package textcoding

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// invalid is what a codec finds in place of a character.
const invalid rune = -1

// codec reads the first character of src, which is not empty. It tells how
// many bytes that took: none if the rest of the character is yet to come,
// which cannot be once the bytes are the last. What is invalid takes as many
// bytes as one U+FFFD stands for by the Encoding standard.
type codec func(src []byte, last bool) (r rune, n int)

// nextUTF8 reads UTF-8. Bytes that begin a character and then break off, by
// another byte or by the end, are invalid together.
func nextUTF8(src []byte, last bool) (rune, int) {
	r, n := utf8.DecodeRune(src)
	if r != utf8.RuneError || n > 1 {
		return r, n
	}
	if !utf8.FullRune(src) {
		return rest(src, last)
	}
	n = 1
	for n < len(src) && !utf8.FullRune(src[:n]) {
		n++
	}
	return invalid, max(n-1, 1)
}

// nextUTF16 reads UTF-16 of one byte order. A surrogate without its other
// half is invalid alone; at the end, so is whatever is left of a character.
func nextUTF16(order binary.ByteOrder) codec {
	return func(src []byte, last bool) (rune, int) {
		if len(src) < 2 {
			return rest(src, last)
		}
		r := rune(order.Uint16(src))
		switch {
		case !utf16.IsSurrogate(r):
			return r, 2
		case r >= 0xdc00:
			return invalid, 2
		case len(src) < 4:
			return rest(src, last)
		}
		if pair := utf16.DecodeRune(r, rune(order.Uint16(src[2:]))); pair != utf8.RuneError {
			return pair, 4
		}
		return invalid, 2
	}
}

// rest reads what is less than a character.
func rest(src []byte, last bool) (rune, int) {
	if last {
		return invalid, len(src)
	}
	return 0, 0
}

// nextWindows1252 reads windows-1252. The five bytes to which it gives no
// character are control characters by the Encoding standard.
func nextWindows1252(src []byte, _ bool) (rune, int) {
	if r := charmap.Windows1252.DecodeByte(src[0]); r != utf8.RuneError {
		return r, 1
	}
	return rune(src[0]), 1
}

// encoding is one that can be decoded, with the labels by which the Encoding
// standard knows it.
type encoding struct {
	name   string
	next   codec
	labels []string
}

var encodings = []*encoding{
	{"utf-8", nextUTF8, []string{
		"unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "utf-8", "utf8", "x-unicode20utf8"}},
	{"utf-16le", nextUTF16(binary.LittleEndian), []string{
		"csunicode", "iso-10646-ucs-2", "ucs-2", "unicode", "unicodefeff", "utf-16", "utf-16le"}},
	{"utf-16be", nextUTF16(binary.BigEndian), []string{"unicodefffe", "utf-16be"}},
	{"windows-1252", nextWindows1252, []string{
		"ansi_x3.4-1968", "ascii", "cp1252", "cp819", "csisolatin1", "ibm819", "iso-8859-1", "iso-ir-100", "iso8859-1",
		"iso88591", "iso_8859-1", "iso_8859-1:1987", "l1", "latin1", "us-ascii", "windows-1252", "x-cp1252"}},
}

// byLabel finds an encoding by a label, or nil.
var byLabel = func() map[string]*encoding {
	m := make(map[string]*encoding)
	for _, e := range encodings {
		for _, l := range e.labels {
			m[l] = e
		}
	}
	return m
}()
