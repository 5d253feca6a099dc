// Package headroom carries the files of the repository's root that the program
// needs wherever it is installed.
package headroom

import _ "embed"

// KindConfig is kind-config.yaml: the cluster that a plan runs on unless it
// names another.
//
//go:embed kind-config.yaml
var KindConfig []byte
