package k6secrets

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestRedact(t *testing.T) {
	var r Redactor
	const text = `hunter2 and hunter22, hunter2hunter2: {"a":"say \"hi\"\n"} ?q=say+%22hi%22%0A /say%20%22hi%22%0A say "hi"` + "\n."
	if got := r.Redact(text); got != text {
		t.Errorf("without secrets: got %s", got)
	}
	r.Add("hunter2")
	r.Add("")
	if got, want := r.Redact("hunter2 hunter22 HUNTER2 hunter"), redaction+" "+redaction+"2 HUNTER2 hunter"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r.Add("hunter22")
	r.Add("say \"hi\"\n")
	r.Add("it's (so) * !")
	if got := r.Redact("it's%20(so)%20*%20! it%27s+%28so%29+%2A+%21"); got != redaction+" "+redaction {
		t.Errorf("in URLs: got %s", got)
	}
	r.Add("hunter2")
	want := strings.ReplaceAll(`S and S, SS: {"a":"S"} ?q=S /S S.`, "S", redaction)
	if got := r.Redact(text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRedactWhileAdding: whatever was added before a text is redacted in it.
func TestRedactWhileAdding(t *testing.T) {
	var r Redactor
	var wg sync.WaitGroup
	for user := range 4 {
		wg.Go(func() {
			for i := range 200 {
				secret := fmt.Sprintf("<%d-%d>", user, i)
				r.Add(secret)
				if got := r.Redact("a " + secret + " b"); got != "a "+redaction+" b" {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzRedact: no secret stays between the redactions, in none of its forms.
func FuzzRedact(f *testing.F) {
	f.Add("a", "ab", "xaby", "\\")
	f.Add("\"\n", "é", "\u2028", "*")
	f.Fuzz(func(t *testing.T, first, second, before, after string) {
		var r Redactor
		r.Add(first)
		r.Add(second)
		for _, secret := range []string{first, second} {
			for _, form := range []string{secret, inJSON(secret), url.QueryEscape(secret)} {
				for piece := range strings.SplitSeq(r.Redact(before+form+after), redaction) {
					if form != "" && strings.Contains(piece, form) {
						t.Errorf("%q: %q is still in %q", secret, form, piece)
					}
				}
			}
		}
	})
}

func BenchmarkRedactWithoutSecrets(b *testing.B) {
	var r Redactor
	for b.Loop() {
		r.Redact("a line of a script that has no secrets")
	}
}
