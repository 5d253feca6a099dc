package script

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
)

// TestFilesAreReadOnce counts how often a run reads what k6/experimental/fs
// opens, in forms that name the same file.
func TestFilesAreReadOnce(t *testing.T) {
	var mu sync.Mutex
	reads := map[string]int{}
	p, err := Compile(t.Context(), Source{Path: "dir/a.js", Text: `
		import { open } from 'k6/experimental/fs';
		import csv from 'k6/experimental/csv';
		export const options = { vus: 50, iterations: 50 };
		const file = await open('./data.csv');
		const again = await open('../dir/data.csv');
		const rows = await csv.parse(file);
		export default async function () {
			if (rows.length !== 2 || (await again.stat()).size !== 8) throw new Error('other data');
		}`,
		read: func(path string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			reads[path]++
			return []byte("a,b\nc,d\n"), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	clear(reads) // Compile runs the init code too
	l := &journal{}
	got, err := Run(t.Context(), p, Config{Meter: observation.NewMeter("load", false), Warn: func(s string) { l.add("%s", s) }})
	if err != nil || got.Iterations != 50 || got.Exceptions != 0 {
		t.Errorf("got %+v and %v; said %s", got, err, strings.Join(l.lines, "\n"))
	}
	if len(reads) != 1 || reads["dir/data.csv"] != 1 {
		t.Errorf("read %v, want dir/data.csv once", reads)
	}
}

// TestFiles lists the files of a script: what it imports and what it opens,
// each once, also if it does both.
func TestFiles(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"b.json": "{}", "data/c.txt": "c", "unused.js": "", "lib:1.js": "export const open1 = open('./data/c.txt');",
		"node_modules/p/package.json": `{"main": "m.js"}`, "node_modules/p/m.js": "exports.p = 1;",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Compile(t.Context(), Source{Path: "a.js", Dir: dir, Text: `
		import b from './b.json'; import { open1 } from './lib:1.js'; import { p } from 'p'; import 'k6/http';
		import 'https://jslib.k6.io/k6-utils/1.4.0/index.js';
		open('b.json'); open('./data/c.txt'); try { open('none') } catch {}
		export default function () {}`})
	if err != nil {
		t.Fatal(err)
	}
	imported := []string{dir + "/a.js", dir + "/b.json", dir + "/lib:1.js", dir + "/node_modules/p/m.js", dir + "/node_modules/p/package.json"}
	if got := p.Imported(); !slices.Equal(got, imported) {
		t.Errorf("imported %q, want %q", got, imported)
	}
	if got, want := p.Opened(), []string{dir + "/b.json", dir + "/data/c.txt"}; !slices.Equal(got, want) {
		t.Errorf("opened %q, want %q", got, want)
	}
	if got, want := p.Files(), append(imported, dir+"/data/c.txt"); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}
