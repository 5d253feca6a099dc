package script

import (
	"encoding/json"
	"fmt"
	"strings"
)

// shiftSourceMap makes a source map count columns from 1, as the JavaScript
// engine does on both sides, and names its files as they are shown.
func shiftSourceMap(text []byte, shown func(path string) string) ([]byte, error) {
	var m struct {
		Version  int      `json:"version"`
		Sources  []string `json:"sources"`
		Names    []string `json:"names"`
		Mappings string   `json:"mappings"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	for i, s := range m.Sources {
		m.Sources[i] = shown(s)
	}
	lines := strings.Split(m.Mappings, ";")
	first := true
	for i, line := range lines {
		if line == "" {
			continue
		}
		segment, rest, more := strings.Cut(line, ",")
		fields, err := decodeVLQ(segment)
		if err != nil {
			return nil, err
		}
		// Generated columns start anew in each line; original ones go on from
		// segment to segment, so that only the first of all is moved.
		fields[0]++
		if first && len(fields) >= 4 {
			fields[3]++
			first = false
		}
		if lines[i] = encodeVLQ(fields); more {
			lines[i] += "," + rest
		}
	}
	m.Mappings = strings.Join(lines, ";")
	return json.Marshal(m)
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// decodeVLQ reads the numbers of one segment (Source Map, ECMA-426, 5.2).
func decodeVLQ(s string) ([]int, error) {
	var fields []int
	value, shift := 0, 0
	for i := range len(s) {
		digit := strings.IndexByte(base64Digits, s[i])
		if digit < 0 || shift > 30 {
			return nil, fmt.Errorf("%q is no segment of a source map", s)
		}
		value |= digit & 31 << shift
		if digit&32 != 0 {
			shift += 5
			continue
		}
		if n := value >> 1; value&1 != 0 {
			fields = append(fields, -n)
		} else {
			fields = append(fields, n)
		}
		value, shift = 0, 0
	}
	if len(fields) == 0 || shift != 0 {
		return nil, fmt.Errorf("%q is no segment of a source map", s)
	}
	return fields, nil
}

func encodeVLQ(fields []int) string {
	var b strings.Builder
	for _, n := range fields {
		value := n << 1
		if n < 0 {
			value = -n<<1 | 1
		}
		for {
			digit := value & 31
			if value >>= 5; value > 0 {
				digit |= 32
			}
			b.WriteByte(base64Digits[digit])
			if value == 0 {
				break
			}
		}
	}
	return b.String()
}
