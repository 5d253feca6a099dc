package k6html

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// reflector is a method that tells the value of an attribute as the DOM does
// (HTML standard, "Reflecting content attributes in IDL attributes").
type reflector struct {
	name string
	get  property
}

// on makes a reflector of a function of the attribute's value. The attribute
// has the name of the method in lower case, unless another is given.
func on(name string, attribute []string, get func(at *page, value string, given bool) any) reflector {
	from := strings.ToLower(name)
	if len(attribute) > 0 {
		from = attribute[0]
	}
	return reflector{name, func(at *page, n *html.Node) any {
		value, given := attr(n, from)
		return get(at, value, given)
	}}
}

// text is an attribute as it is written, "" if it is missing.
func text(name string, attribute ...string) reflector {
	return on(name, attribute, func(_ *page, value string, _ bool) any { return value })
}

// texts are several of these.
func texts(names ...string) []reflector {
	list := make([]reflector, len(names))
	for i, name := range names {
		list[i] = text(name)
	}
	return list
}

// flag is whether an attribute is there.
func flag(name string, attribute ...string) reflector {
	return on(name, attribute, func(_ *page, _ string, given bool) any { return given })
}

// flags are several of these.
func flags(names ...string) []reflector {
	list := make([]reflector, len(names))
	for i, name := range names {
		list[i] = flag(name)
	}
	return list
}

// location is a URL, made absolute.
func location(name string, attribute ...string) reflector {
	return on(name, attribute, func(at *page, value string, given bool) any {
		if !given {
			return ""
		}
		return at.resolved(value)
	})
}

// address is a URL, made absolute; a missing or empty one is the page's own.
func address(name, attribute string) reflector {
	return on(name, []string{attribute}, func(at *page, value string, _ bool) any {
		if value == "" {
			return at.address()
		}
		return at.resolved(value)
	})
}

// tokens are the words of an attribute.
func tokens(name string, attribute ...string) reflector {
	return on(name, attribute, func(_ *page, value string, _ bool) any { return tokensOf(value) })
}

// choice is an attribute that can have certain values only. missing and
// invalid are what it is without one, and with any other.
func choice(name, missing, invalid string, values ...string) reflector {
	return on(name, nil, func(_ *page, value string, given bool) any {
		value = strings.ToLower(value)
		switch {
		case !given:
			return missing
		case !slices.Contains(values, value):
			return invalid
		}
		return value
	})
}

// whole is an integer of at least a lowest value; anything else is the
// default.
func whole(name string, lowest, otherwise int) reflector {
	return on(name, nil, func(_ *page, value string, _ bool) any {
		if n, ok := parseInt(value); ok && n >= lowest && n <= maxInt {
			return n
		}
		return otherwise
	})
}

// clamped is an integer that is brought into its range.
func clamped(name string, low, high, otherwise int) reflector {
	return on(name, nil, func(_ *page, value string, _ bool) any {
		n, ok := parseInt(value)
		if !ok || n < 0 {
			return otherwise
		}
		return max(low, min(n, high))
	})
}

// The range of integers in the DOM.
const (
	minInt = -1 << 31
	maxInt = 1<<31 - 1
)

// The attributes that several classes have.
var (
	crossOrigin    = reflector{"crossOrigin", crossOriginOf}
	referrerPolicy = choice("referrerPolicy", "", "", "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin",
		"strict-origin", "origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url")
	loading       = choice("loading", "eager", "eager", "lazy", "eager")
	fetchPriority = choice("fetchPriority", "auto", "auto", "high", "low", "auto")
	preload       = reflector{"preload", preloadOf}
)

// enctype is how a form is encoded.
func enctype(name string) reflector {
	return reflector{name, choice("enctype", urlEncoded, urlEncoded, urlEncoded, multiParts, plainText).get}
}

// preloadOf is auto for an empty value too.
func preloadOf(at *page, n *html.Node) any {
	if value, given := attr(n, "preload"); given && value == "" {
		return "auto"
	}
	return choice("preload", "metadata", "metadata", "none", "metadata", "auto").get(at, n)
}

// crossOriginOf is anonymous for any value but use-credentials, and nothing
// without one.
func crossOriginOf(_ *page, n *html.Node) any {
	value, given := attr(n, "crossorigin")
	switch {
	case !given:
		return nil
	case strings.EqualFold(value, "use-credentials"):
		return "use-credentials"
	}
	return "anonymous"
}
