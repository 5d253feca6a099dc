package pki

import (
	"strings"
	"testing"
	"time"
)

const name = "api.artisan-platform.com"

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func issue(t *testing.T, names ...string) (authority []byte, p Pair) {
	t.Helper()
	a, err := NewAuthority("test", now)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = a.Issue(names...); err != nil {
		t.Fatal(err)
	}
	return a.Certificate(), p
}

func TestIssuedCertificateIsAccepted(t *testing.T) {
	authority, p := issue(t, name, "cdn.artisan-platform.com")
	if err := p.Check(authority, now, name, "cdn.artisan-platform.com"); err != nil {
		t.Error(err)
	}
}

func TestWhatAClientWouldRefuse(t *testing.T) {
	authority, p := issue(t, name)
	stranger, other := issue(t, name)
	tests := map[string]struct {
		pair      Pair
		authority []byte
		at        time.Time
		name      string
		want      string
	}{
		"another name":      {p, authority, now, "cdn.artisan-platform.com", "not cdn.artisan-platform.com"},
		"another authority": {p, stranger, now, name, "unknown authority"},
		"too late":          {p, authority, now.Add(validity + time.Second), name, "expired"},
		"too early":         {p, authority, now.Add(-backdate - time.Second), name, "not yet valid"},
		"another key":       {Pair{p.Cert, other.Key}, authority, now, name, "does not match"},
		"no certificate":    {Pair{nil, p.Key}, authority, now, name, "failed to find"},
		"no authority":      {p, []byte("none"), now, name, "no certificate of an authority"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			err := test.pair.Check(test.authority, test.at, test.name)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestAServerCertificateSignsNothing(t *testing.T) {
	_, p := issue(t, name)
	_, other := issue(t, name)
	if err := other.Check(p.Cert, now, name); err == nil {
		t.Error("a server's certificate is taken for an authority")
	}
}

func TestACertificateNeedsAName(t *testing.T) {
	a, err := NewAuthority("test", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Issue(); err == nil {
		t.Error("a certificate without a name was issued")
	}
}
