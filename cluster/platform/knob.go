package platform

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func text(to *string) func(string) error {
	return func(s string) error { *to = s; return nil }
}

func duration(to *time.Duration) func(string) error {
	return func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil {
			return err
		}
		if d < 0 {
			return errors.New("must not be negative")
		}
		*to = d
		return nil
	}
}

func port(to *int) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return errors.New("must be a port number from 1 to 65535")
		}
		*to = int(n)
		return nil
	}
}

func address(to **url.URL) func(string) error {
	return func(s string) error {
		u, err := url.Parse(s)
		if err != nil {
			return err
		}
		if u.Scheme != "http" || u.Host == "" {
			return errors.New("must look like http://host:port")
		}
		*to = u
		return nil
	}
}

// positive is a duration that is not zero.
func positive(to *time.Duration) func(string) error {
	return func(s string) error {
		if err := duration(to)(s); err != nil {
			return err
		}
		if *to == 0 {
			return errors.New("must not be zero")
		}
		return nil
	}
}

// maxCount bounds numbers of things, to catch a slip of the finger.
const maxCount = 100_000

func count(to *int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxCount {
			return errors.New("must be a number from 1 to 100000")
		}
		*to = n
		return nil
	}
}

func boolean(to *bool) func(string) error {
	return func(s string) error {
		switch s {
		case "true", "false":
			*to = s == "true"
			return nil
		}
		return errors.New("must be true or false")
	}
}

// addresses takes host:port, and more of them after commas.
func addresses(to *[]string) func(string) error {
	return func(s string) error {
		list := strings.Split(s, ",")
		for i, addr := range list {
			list[i] = strings.TrimSpace(addr)
			if host, port, err := net.SplitHostPort(list[i]); err != nil || host == "" || port == "" {
				return errors.New("must look like host:port, or host:port,host:port")
			}
		}
		*to = list
		return nil
	}
}

// postgres takes the address of a database, or none. What is wrong with it is
// said in general, since the address may hold a password.
func postgres(to *string) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		u, err := url.Parse(s)
		if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Host == "" || len(u.Path) < 2 {
			return errors.New("must look like postgres://host:port/database")
		}
		*to = s
		return nil
	}
}
