package script

import (
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
)

func mockSecrets(t *testing.T, values map[string]string) *k6secrets.Secrets {
	t.Helper()
	s, err := k6secrets.Open([]k6secrets.Source{{Kind: "mock", Values: values}}, k6secrets.Environment{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSecretsAreHiddenInErrors throws a secret in each stage whose errors end
// a run.
func TestSecretsAreHiddenInErrors(t *testing.T) {
	const imports = "import secrets from 'k6/secrets'; const p = await secrets.get('p');\n"
	for name, text := range map[string]string{
		"init":  "throw new Error(`no ${p}`); export default function () {}",
		"setup": "export function setup() { throw new Error(`no ${p}`); } export default function () {}",
	} {
		t.Run(name, func(t *testing.T) {
			secrets := mockSecrets(t, map[string]string{"p": "hunter2"})
			p, err := Compile(t.Context(), Source{Path: "a.js", Text: imports + text, Secrets: secrets})
			result := observation.Script{}
			if err == nil {
				result, err = Run(t.Context(), p, Config{Meter: observation.NewMeter("load", false)})
			}
			if err == nil || !strings.Contains(err.Error(), "Error: no ***SECRET_REDACTED***") || strings.Contains(err.Error()+result.Error, "hunter2") {
				t.Errorf("got %v and %q", err, result.Error)
			}
		})
	}
}

// TestSecretsOfARun: those of the run come before those of the source.
func TestSecretsOfARun(t *testing.T) {
	p, err := Compile(t.Context(), Source{Path: "a.js", Secrets: mockSecrets(t, map[string]string{"p": "of the source"}),
		Text: "import secrets from 'k6/secrets'; export default async function () { console.log((await secrets.get('p')).length); }"})
	if err != nil {
		t.Fatal(err)
	}
	for want, secrets := range map[string]*k6secrets.Secrets{"13": nil, "10": mockSecrets(t, map[string]string{"p": "of the run"})} {
		l := &journal{}
		_, err := Run(t.Context(), p, Config{Meter: observation.NewMeter("load", false), Secrets: secrets,
			Console: func(_, text string) { l.add("%s", text) }})
		if got := strings.Join(l.lines, ","); err != nil || got != want {
			t.Errorf("got %s and %v, want a secret of %s characters", got, err, want)
		}
	}
}
