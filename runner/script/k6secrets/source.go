package k6secrets

import (
	"errors"
	"fmt"
	"strings"
)

// Source is what one value of --secret-source says.
type Source struct {
	Kind    string // "file", "mock" or "url"
	Name    string // "": it has none
	Default bool

	Path   string            // of a file
	Values map[string]string // of a mock
	Params map[string]string // of a url
}

// forms are the kinds of sources and how they are written.
var forms = map[string]string{
	"file": "file=PATH",
	"mock": "mock=KEY=VALUE,KEY=VALUE",
	"url":  "url=urlTemplate=https://HOST/PATH/{key}",
}

// ParseSource reads a value of --secret-source: a kind, "=" and parts that
// commas separate. The parts "default" and "name=NAME" are there for every
// kind. Errors tell no values: they may be secrets.
func ParseSource(text string) (Source, error) {
	kind, rest, _ := strings.Cut(text, "=")
	s := Source{Kind: kind}
	if forms[kind] == "" {
		return s, fmt.Errorf("secret source: there is no kind %q: there are %s, %s and %s", kind, forms["file"], forms["mock"], forms["url"])
	}
	parts, err := s.common(rest)
	if err == nil {
		switch kind {
		case "file":
			s.Path = strings.Join(parts, ",")
			if s.Path == "" {
				err = errors.New("the path is missing")
			}
		case "mock":
			if s.Values, err = pairs(parts); err == nil && len(s.Values) == 0 {
				err = errors.New("it holds no secrets")
			}
		case "url":
			if s.Params, err = pairs(parts); err == nil {
				err = s.checkParams()
			}
		}
	}
	if err != nil {
		return s, fmt.Errorf("secret source %s: %w: write it like %s", kind, err, forms[kind])
	}
	return s, nil
}

// common takes what every kind has out of the parts and returns the others.
func (s *Source) common(text string) (parts []string, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		switch name, isName := strings.CutPrefix(part, "name="); {
		case part == "default":
			s.Default = true
		case isName && (name == "" || s.Name != ""):
			return nil, errors.New("it needs one name that is not empty")
		case isName:
			s.Name = name
		default:
			parts = append(parts, part)
		}
	}
	if s.Name == defaultName {
		s.Default = true
	}
	return parts, nil
}

// pairs reads parts like KEY=VALUE.
func pairs(parts []string) (map[string]string, error) {
	values := make(map[string]string, len(parts))
	for i, part := range parts {
		key, value, ok := strings.Cut(part, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("part %d is not like KEY=VALUE (a comma ends a value)", i+1)
		}
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("%q is there twice", key)
		}
		values[key] = value
	}
	return values, nil
}

// parseFile reads a file of secrets: a line for each, KEY=VALUE. Nothing is
// trimmed but the ends of lines, which may be those of Windows.
func parseFile(text string) (map[string]string, error) {
	values := make(map[string]string)
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("line %d is not like KEY=VALUE", number)
		}
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("line %d holds %q once more", number, key)
		}
		values[key] = value
	}
	return values, nil
}
