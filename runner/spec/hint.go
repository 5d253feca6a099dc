package spec

import (
	"fmt"
	"regexp"
	"strings"
)

// indexes are the list indexes in a path.
var indexes = regexp.MustCompile(`\[\d+\]`)

// generic drops the indexes from a path: loads[1].name is loads[].name.
func generic(path string) string { return indexes.ReplaceAllString(path, "[]") }

// hint completes a message about an unknown word: the nearest known one if it
// is near, all known ones otherwise.
func hint(word string, known []string) string {
	if best := nearest(word, known); best != "" {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	if len(known) == 0 {
		return ": there is none"
	}
	return fmt.Sprintf(": known here: %s", strings.Join(known, ", "))
}

// nearest returns the known word that word was probably meant to be, or "".
func nearest(word string, known []string) string {
	best, distance := "", len(word)/2+1
	for _, k := range known {
		if n := editDistance(strings.ToLower(word), strings.ToLower(k), distance); n < distance {
			best, distance = k, n
		}
	}
	return best
}

// editDistance is the Levenshtein distance of a and b. Where the lengths alone
// put it at limit or beyond, limit is the answer.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
