package globals

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/textcoding"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/webcrypto"
)

// makers make the globals that a virtual user gets when its script first
// names them.
var makers = map[string]func(v *vu.VU) sobek.Value{
	"TextDecoder": textcoding.NewDecoder,
	"TextEncoder": textcoding.NewEncoder,
	"crypto":      webcrypto.New,
}

// setLazy offers the globals of makers.
func setLazy(v *vu.VU) {
	v.Lazily(v.Runtime.GlobalObject(),
		func(name string) bool { return makers[name] != nil },
		func(name string) sobek.Value { return makers[name](v) })
}
