package script

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// TestBadScripts compiles every script of testdata/bad. Each says in its first
// lines what the message must hold.
func TestBadScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata/bad (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".js"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source := Source{Path: file, Text: string(text)}
			if filepath.Base(file) == "endless-init.js" {
				source.InitTimeout = 200 * time.Millisecond
			}
			_, err = Compile(t.Context(), source)
			if err == nil {
				t.Fatal("the script compiles")
			}
			for line := range strings.Lines(string(text)) {
				want, ok := strings.CutPrefix(strings.TrimSpace(line), "// want: ")
				if ok && !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwant\n%s", err, want)
				}
			}
		})
	}
}

const endless = "export default function () {} for (;;);"

func TestInitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Compile(ctx, Source{Path: "a.js", Text: endless})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

// TestRunEndsWithItsContext cancels a run in each stage of its life cycle. It
// must end although every stage would last for ever.
func TestRunEndsWithItsContext(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"setup", "export function setup() { for (;;); } export default function () {}", ""},
		{"iterations", "export default function () { for (;;); }", ""},
		{"teardown", "export default function () { for (;;); } export function teardown() { for (;;); }", "teardown has not ended"},
		{"graceful stop", "export const options = { duration: '60ms' }; export default function () { for (;;); }", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Compile(t.Context(), Source{Path: "a.js", Text: tt.text})
			if err != nil {
				t.Fatal(err)
			}
			stop := errors.New("somebody pressed a key")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(100*time.Millisecond, func() { cancel(stop) })
			got, err := Run(ctx, p, Config{Meter: observation.NewMeter("load", false), StopTimeout: 50 * time.Millisecond})
			if !errors.Is(err, stop) || !strings.Contains(got.Error, tt.want) {
				t.Errorf("got %v and %q, want %v and %q", err, got.Error, stop, tt.want)
			}
		})
	}
}
