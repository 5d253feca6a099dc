package extension_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

const declarations = "../../xk6-artisan/index.d.ts"

// made says how an object is made whose methods are declared by an interface.
var made = map[string]string{
	"hpa": "hpa('a')", "deployment": "deployment('a')", "cluster": "cluster()",
	"prometheus": "prometheus()", "queue": "queue()", "postgres": "postgres('postgres://127.0.0.1/a')",
}

// TestDeclarationsAreTheModule compares what index.d.ts declares with what a
// script finds: functions, the default export, and the objects' members.
func TestDeclarationsAreTheModule(t *testing.T) {
	text := readText(t, declarations)
	var functions []string
	objects := make(map[string]string) // what a function returns
	for _, m := range regexp.MustCompile(`(?m)^  export function (\w+)\(.*\): (\w+).*;$`).FindAllStringSubmatch(text, -1) {
		functions = append(functions, m[1])
		objects[m[1]] = m[2]
	}
	names := artisan.Names()
	slices.Sort(functions)
	slices.Sort(names)
	if !slices.Equal(functions, names) {
		t.Errorf("declared are %q, the module exports %q", functions, names)
	}
	_, whole, _ := strings.Cut(text, "const artisan: {")
	whole, _, _ = strings.Cut(whole, "\n  };")
	for _, name := range names {
		if !strings.Contains(whole, "    "+name+": typeof "+name+";") {
			t.Errorf("the default export is declared without %s", name)
		}
		make := made[name]
		if make == "" {
			continue
		}
		said, _ := run(t, `import * as artisan from 'k6/x/artisan'; const {`+name+`} = artisan;
			const made = `+make+`; // in the init context, which looks for no cluster
			export default function () { console.log(Object.keys(made).join()); }`)
		if len(said) != 1 {
			t.Fatalf("%s: the script said %q", make, said)
		}
		members := strings.Split(said[0], ",")
		want := membersOf(text, objects[name])
		slices.Sort(members)
		slices.Sort(want)
		if !slices.Equal(members, want) {
			t.Errorf("%s has the members %q; declared are %q", make, members, want)
		}
	}
}

// membersOf are the members of a declared interface.
func membersOf(text, name string) []string {
	_, rest, _ := strings.Cut(text, "\n  export interface "+name+" {\n")
	body, _, _ := strings.Cut(rest, "\n  }\n")
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^    (?:readonly )?(\w+)[?(:]`).FindAllStringSubmatch(body, -1) {
		list = append(list, m[1])
	}
	return list
}

// TestDeclarationsTypeCheck has TypeScript check the declarations, every script
// of the documentation against them, and that a mistake is found.
func TestDeclarationsTypeCheck(t *testing.T) {
	tsc, err := exec.LookPath("tsc")
	if err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatal("no tsc in PATH: npm install --global typescript")
		}
		t.Skip("no tsc in PATH: install it with npm install --global typescript, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	dir := t.TempDir()
	copyTo(t, dir, declarations)
	writeText(t, filepath.Join(dir, "k6.d.ts"), "declare module 'k6'; declare module 'k6/http';\ndeclare const __ENV: Record<string, string>;\ndeclare const console: { log(...what: any[]): void };\n")
	scripts := examples(t)
	for _, s := range scripts {
		copyTo(t, dir, s)
	}
	if out, err := check(t, tsc, dir); err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
	wrong := []string{
		`attack({ rate: 1, duration: '1s', target: [] });`, `attack({ rate: 1, duration: '1s' });`, `hpa();`, `hpa('a').expectScale({ atLeast: '7', within: '1s' });`, `mark(5);`,
	}
	writeText(t, filepath.Join(dir, "wrong.ts"), "import { attack, hpa, mark } from 'k6/x/artisan';\n"+strings.Join(wrong, "\n")+"\n")
	out, err := check(t, tsc, dir)
	if err == nil {
		t.Error("tsc found none of the mistakes")
	}
	for i, w := range wrong {
		if !strings.Contains(out, fmt.Sprintf("wrong.ts(%d,", i+2)) {
			t.Errorf("tsc did not find the mistake in %s\n%s", w, out)
		}
	}
}

func check(t *testing.T, tsc, dir string) (string, error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.[jt]s"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--noEmit", "--strict", "--noImplicitAny", "false", "--useUnknownInCatchVariables", "false", "--allowJs", "--checkJs", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler",
		"--lib", "es2022"}
	cmd := exec.CommandContext(t.Context(), tsc, append(args, files...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// examples are the scripts of the documentation.
func examples(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("../../docs/examples/artisan/*.js")
	if err != nil || len(list) == 0 {
		t.Fatalf("no examples (%v)", err)
	}
	return list
}

func copyTo(t *testing.T, dir, path string) {
	t.Helper()
	writeText(t, filepath.Join(dir, filepath.Base(path)), readText(t, path))
}

func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
