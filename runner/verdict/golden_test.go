package verdict

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden results anew")

// TestGolden compares whole results, to the byte: a changed number, text or
// field shows here.
func TestGolden(t *testing.T) {
	for name, change := range map[string]func(*scene){
		"measured": func(*scene) {},
		"max10": func(s *scene) {
			s.max, s.steps, s.end = 10, map[int]int32{3: 5, 4: 7, 5: 10}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := measured()
			change(s)
			got, err := Encode(s.judge(t, plan()))
			if err != nil {
				t.Fatal(err)
			}
			file := "testdata/" + name + ".json"
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the result differs from %s (-update writes it anew):\n%s", file, got)
			}
		})
	}
}
