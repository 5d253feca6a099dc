package artisan

import (
	"math"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestDecimal keeps every digit: as a number, or else as text.
func TestDecimal(t *testing.T) {
	for text, want := range map[string]any{
		"0": 0.0, "-12.50": -12.5, "0.000000000000001": 1e-15, "123456789012345": 123456789012345.0,
		"1234567890123456": "1234567890123456", "-0.1234567890123456": "-0.1234567890123456", "Infinity": math.Inf(1),
	} {
		if got := decimal(text); got != want {
			t.Errorf("decimal(%s) = %v (%T), want %v", text, got, got, want)
		}
	}
	if got, ok := decimal("NaN").(float64); !ok || !math.IsNaN(got) {
		t.Errorf("decimal(NaN) = %v", got)
	}
}

// TestServerText says where in the statement an error is, counted in
// characters.
func TestServerText(t *testing.T) {
	e := &pgconn.PgError{Severity: "ERROR", Message: "no", Code: "42703", Position: 15, Detail: "because", Hint: "try yes"}
	want := "ERROR: no (SQLSTATE 42703) at line 2, column 3; because; hint: try yes"
	if got := serverText(e, "select 'ü',\n  nothing"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := serverText(&pgconn.PgError{Severity: "FATAL", Message: "no", Code: "53300"}, ""); got != "FATAL: no (SQLSTATE 53300)" {
		t.Errorf("got %q", got)
	}
}
