package webcrypto

import "fmt"

// failure is an error that a script sees under a name of the standard. Any
// other error is seen as an OperationError.
type failure struct{ name, text string }

func (f *failure) Error() string { return f.name + ": " + f.text }

func fail(name, format string, args ...any) error {
	return &failure{name, fmt.Sprintf(format, args...)}
}

func notSupported(format string, args ...any) error {
	return fail("NotSupportedError", format, args...)
}
func badSyntax(format string, args ...any) error { return fail("SyntaxError", format, args...) }
func badData(format string, args ...any) error   { return fail("DataError", format, args...) }
func badAccess(format string, args ...any) error {
	return fail("InvalidAccessError", format, args...)
}
func badOperation(format string, args ...any) error { return fail("OperationError", format, args...) }

// badFormat refuses a format of key that an algorithm does not have.
func badFormat(a *algorithm, format string) error {
	return notSupported("%s has no keys in the format %q", a.name, format)
}
