package auth

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// redacted is what every rendering of a Secret shows.
const redacted = "[redacted]"

// Secret is a token, key or other credential. It shows itself to nobody who
// does not ask by name: fmt, encoding/json and log/slog all print
// "[redacted]". The zero value is the empty secret.
type Secret struct{ value string }

// NewSecret wraps value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the secret itself. Callers put it into a request body, the
// credential store or an answer to a caller who may have it, and nowhere else.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s.value == "" }

// Equal compares without telling, by its timing, where two secrets differ.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.value), []byte(t.value)) == 1
}

// String implements fmt.Stringer.
func (Secret) String() string { return redacted }

// GoString implements fmt.GoStringer, for %#v.
func (Secret) GoString() string { return redacted }

// Format implements fmt.Formatter, so that no verb reaches the value.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON implements json.Marshaler.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText implements encoding.TextMarshaler, for map keys and other encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
