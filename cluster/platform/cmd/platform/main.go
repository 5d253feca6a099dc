// Command platform is the stand-in Artisan Platform. See package platform.
package main

import (
	"os"

	"github.com/artisan-platform/headroom/cluster/platform"
)

func main() { os.Exit(platform.Main(os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)) }
