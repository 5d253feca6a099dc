package artisan

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"github.com/jackc/pgx/v5/pgtype"
)

// params reads the parameters of a query as the text that the server takes; nil
// is NULL.
func (m *Module) params(where string, v sobek.Value) [][]byte {
	if absent(v) {
		return nil
	}
	list, ok := v.(*sobek.Object)
	if !ok || list.ClassName() != "Array" {
		m.typeError("%s: params must be an array, such as [1, \"two\"], and is %s", where, describe(v))
	}
	var all [][]byte
	m.vu.Runtime().ForOf(list, func(v sobek.Value) bool {
		name := fmt.Sprintf("%s: params[%d]", where, len(all))
		if text, null := m.param(name, v); null {
			all = append(all, nil)
		} else {
			all = append(all, []byte(text))
		}
		return true
	})
	return all
}

// param is one parameter as text.
func (m *Module) param(name string, v sobek.Value) (text string, null bool) {
	if v == nil || sobek.IsUndefined(v) {
		m.typeError("%s is undefined: for NULL, give null", name)
	}
	if sobek.IsNull(v) {
		return "", true
	}
	switch x := v.Export().(type) {
	case string:
		if strings.ContainsRune(x, 0) {
			m.typeError("%s holds a zero byte, which no text of PostgreSQL does", name)
		}
		return x, false
	case bool:
		return strconv.FormatBool(x), false
	case int64:
		return strconv.FormatInt(x, 10), false
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64), false // NaN and infinities have names there too
	case *big.Int:
		return x.String(), false
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano), false
	case sobek.ArrayBuffer:
		return `\x` + hex.EncodeToString(x.Bytes()), false
	case []byte:
		return `\x` + hex.EncodeToString(x), false
	}
	o, ok := v.(*sobek.Object)
	switch {
	case !ok || o.ClassName() == "Function":
		m.typeError("%s must be a value that a database can hold, and is %s", name, describe(v))
	case o.ClassName() == "Array":
		return m.arrayParam(name, o), false
	}
	b, err := o.MarshalJSON()
	if err != nil {
		m.typeError("%s: %v", name, err)
	}
	return string(b), false
}

// arrayParam is an array in PostgreSQL's own form: {"a","b",NULL}.
func (m *Module) arrayParam(name string, list *sobek.Object) string {
	var parts []string
	m.vu.Runtime().ForOf(list, func(v sobek.Value) bool {
		text, null := m.param(fmt.Sprintf("%s[%d]", name, len(parts)), v)
		o, object := v.(*sobek.Object)
		switch {
		case null:
			text = "NULL"
		case object && o.ClassName() == "Array": // a dimension of its own
		default:
			text = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
		}
		parts = append(parts, text)
		return true
	})
	return "{" + strings.Join(parts, ",") + "}"
}

// rows makes an array of objects.
func (m *Module) rows(r *rows) sobek.Value {
	d := &decoder{m: m}
	all := make([]any, len(r.values))
	for i, row := range r.values {
		o := m.object()
		for n, f := range r.fields {
			m.set(o, field{f.Name, d.value(f.DataTypeOID, row[n])})
		}
		all[i] = o
	}
	return m.vu.Runtime().NewArray(all...)
}

// decoder makes values of a script from the server's text.
type decoder struct {
	m     *Module
	types *pgtype.Map // made when it is needed
}

// maxInteger is 2^53, up to which each whole number has a float64; sureDigits
// is how many digits of a decimal number a float64 keeps.
const (
	maxInteger = 1 << 53
	sureDigits = 15
)

// value is a value of the type that has this number. What has no closer form
// stays text.
func (d *decoder) value(oid uint32, text []byte) any {
	if text == nil {
		return sobek.Null()
	}
	s := string(text)
	switch oid {
	case pgtype.BoolOID:
		return s == "t"
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.OIDOID:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n <= maxInteger && n >= -maxInteger {
			return n
		}
	case pgtype.Float4OID, pgtype.Float8OID:
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	case pgtype.NumericOID:
		return decimal(s)
	case pgtype.JSONOID, pgtype.JSONBOID:
		return d.json(s)
	case pgtype.DateOID, pgtype.TimestampOID, pgtype.TimestamptzOID:
		return d.time(s)
	case pgtype.ByteaOID:
		if b, err := hex.DecodeString(strings.TrimPrefix(s, `\x`)); err == nil {
			return d.m.vu.Runtime().NewArrayBuffer(b)
		}
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UUIDOID, pgtype.UnknownOID:
	default:
		return d.array(oid, s)
	}
	return s
}

// decimal is a number, if it has no more digits than that keeps.
func decimal(s string) any {
	digits := 0
	for _, r := range strings.TrimLeft(s, "-0.") {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || digits > sureDigits && !math.IsInf(f, 0) && !math.IsNaN(f) {
		return s
	}
	return f
}

func (d *decoder) json(s string) any {
	rt := d.m.vu.Runtime()
	parse, ok := sobek.AssertFunction(rt.Get("JSON").ToObject(rt).Get("parse"))
	if !ok {
		d.m.throw("the script has replaced JSON.parse")
	}
	v, err := parse(sobek.Undefined(), rt.ToValue(s))
	if err != nil {
		d.m.throw("parse JSON of the database: %v", err)
	}
	return v
}

// time is a Date; infinity and years before Christ, which stay text, have none.
func (d *decoder) time(s string) any {
	for _, form := range []string{"2006-01-02 15:04:05.999999999Z07:00:00", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999", "2006-01-02"} {
		if t, err := time.Parse(form, s); err == nil {
			return d.m.date(t)
		}
	}
	return s
}

// array is a one-dimensional array of a known type; anything else stays text.
func (d *decoder) array(oid uint32, s string) any {
	if d.types == nil {
		d.types = pgtype.NewMap()
	}
	t, ok := d.types.TypeForOID(oid)
	if !ok {
		return s
	}
	codec, ok := t.Codec.(*pgtype.ArrayCodec)
	if !ok {
		return s
	}
	var parts pgtype.Array[*string]
	if err := d.types.Scan(oid, pgtype.TextFormatCode, []byte(s), &parts); err != nil || len(parts.Dims) > 1 {
		return s
	}
	all := make([]any, len(parts.Elements))
	for i, e := range parts.Elements {
		if e == nil {
			all[i] = sobek.Null()
		} else {
			all[i] = d.value(codec.ElementType.OID, []byte(*e))
		}
	}
	return d.m.vu.Runtime().NewArray(all...)
}
