package spec

import (
	"regexp"
	"testing"
)

const reference = "../../docs/plan-format.md"

// TestReferenceIsComplete: the keys in the reference are those that the
// decoder knows, and the example plan that stands for every key has them all.
func TestReferenceIsComplete(t *testing.T) {
	src := read(t, everything)
	d := newDecoder(everything, src, Options{})
	d.plan(src)
	if err := d.err(); err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]bool)
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z][A-Za-z0-9.\\[\\]]*)` \\|").FindAllStringSubmatch(string(read(t, reference)), -1) {
		if documented[row[1]] {
			t.Errorf("%s explains %s twice", reference, row[1])
		}
		documented[row[1]] = true
	}
	for key := range d.keys {
		if !documented[key] {
			t.Errorf("%s does not explain %s", reference, key)
		}
	}
	for key := range documented {
		if !d.keys[key] {
			t.Errorf("%s explains %s, which no plan can have", reference, key)
		}
	}
}

// TestDocumentedPlans: the plans in the reference and in the README are good.
func TestDocumentedPlans(t *testing.T) {
	for _, file := range []string{reference, "../../README.md"} {
		blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(read(t, file)), -1)
		if len(blocks) == 0 {
			t.Errorf("no yaml block in %s", file)
		}
		for _, b := range blocks {
			if _, err := Parse(file, []byte(b[1]), Options{}); err != nil {
				t.Errorf("%v", err)
			}
		}
	}
}
