package vu

// Refusal is why a script may not go on: it asked for what no run of it is
// allowed to do.
type Refusal struct{ At *Exception }

func (r *Refusal) Error() string { return r.At.Error() }

// Refuse throws a TypeError into the script and ends the whole test with it.
// The script cannot catch it: it would go on as if nothing had happened, and
// ask for the same again. Only the virtual user's own goroutine may call it.
func (v *VU) Refuse(text string) {
	v.Refused = &Refusal{At: explain(text, v.Runtime.CaptureCallStack(maxStack, nil), nil)}
	v.Test.Abort(v.Refused)
	v.Runtime.Interrupt(v.Refused) // takes effect at the script's next step
	panic(v.Runtime.NewTypeError("%s", text))
}
