// Command generate writes docs/k6-compatibility.md. It runs in the folder of
// package compat, where go generate starts it.
package main

import (
	"fmt"
	"os"

	"github.com/artisan-platform/headroom/runner/script/compat"
)

func main() {
	if err := os.WriteFile("../../../docs/k6-compatibility.md", []byte(compat.Markdown()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "write the page:", err)
		os.Exit(1)
	}
}
