package script

import (
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
