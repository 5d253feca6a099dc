// Headroom verifies that a platform scales out in time and stays fast while
// it does.
package main

import (
	"os"

	"github.com/artisan-platform/headroom/runner/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
