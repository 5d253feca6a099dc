package webcrypto

import (
	"math"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// params are an algorithm as a script names it, with its parameters. The
// methods by which they are read panic with what rejects the call's promise.
type params struct {
	*algorithm
	call   *call
	object *sobek.Object // nil if the script gave the name only
}

// algorithm reads an argument that must name an algorithm with an operation.
func (c *call) algorithm(i int, has func(*algorithm) bool) params {
	return c.normalize(c.args[i], has)
}

// normalize is what the standard calls normalizing an algorithm, short of
// reading its parameters.
func (c *call) normalize(value sobek.Value, has func(*algorithm) bool) params {
	o, _ := value.(*sobek.Object)
	if o != nil {
		if value = o.Get("name"); value == nil || sobek.IsUndefined(value) {
			c.typeError("the algorithm needs a name")
		}
	}
	a, err := c.m.algorithms.find(c.m.vu.Text(value), has)
	if err != nil {
		c.fail(err)
	}
	return params{a, c, o}
}

// member is a parameter; ok is false if the script gave none.
func (p params) member(name string) (value sobek.Value, ok bool) {
	if p.object == nil {
		return nil, false
	}
	value = p.object.Get(name)
	return value, value != nil && !sobek.IsUndefined(value)
}

// required is a parameter that must be given.
func (p params) required(name string) sobek.Value {
	value, ok := p.member(name)
	if !ok {
		p.call.typeError("%s needs the parameter %s in its algorithm", p.name, name)
	}
	return value
}

// bytes reads a parameter that must be bytes. They are the script's own.
func (p params) bytes(name string) []byte {
	value := p.required(name)
	b, ok := p.call.m.vu.Bytes(value)
	if !ok {
		p.call.typeError("the parameter %s of %s must be an ArrayBuffer or a view of one, and is %s", name, p.name, vu.Kind(value))
	}
	return b
}

// optionalBytes reads a parameter that must be bytes if it is given.
func (p params) optionalBytes(name string) []byte {
	if _, ok := p.member(name); !ok {
		return nil
	}
	return p.bytes(name)
}

// integer reads a parameter that must be a whole number up to limit.
func (p params) integer(name string, limit uint32) int {
	value := p.required(name)
	if _, ok := value.(*sobek.Symbol); ok {
		p.call.typeError("the parameter %s of %s must be a number, and is a symbol", name, p.name)
	}
	x := math.Trunc(value.ToFloat())
	if !(x >= 0 && x <= float64(limit)) {
		p.call.typeError("the parameter %s of %s must be a number from 0 to %d, and is %s", name, p.name, limit, value)
	}
	return int(x)
}

// optionalInteger reads a parameter that must be a whole number up to limit
// if it is given.
func (p params) optionalInteger(name string, limit uint32) (x int, ok bool) {
	if _, ok := p.member(name); !ok {
		return 0, false
	}
	return p.integer(name, limit), true
}

// hash reads the parameter hash, which every algorithm that has it needs.
func (p params) hash() *digest {
	return p.call.normalize(p.required("hash"), hasDigest).digest
}

// curve reads the parameter namedCurve.
func (p params) curve() *curve {
	name := p.call.m.vu.Text(p.required("namedCurve"))
	for _, c := range curves {
		if c.name == name {
			return c
		}
	}
	p.call.fail(notSupported("there is no curve %q: there are P-256, P-384 and P-521", name))
	return nil
}
