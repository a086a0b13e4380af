package auth

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"unique"
)

// redacted is what every rendering of a Secret shows.
const redacted = "[redacted]"

// Secret is a token, key or other credential. It shows itself to nobody who
// does not ask by name: fmt, encoding/json and log/slog all print
// "[redacted]". The zero value is the empty secret. Secrets can be compared
// with ==.
type Secret struct {
	// value is a handle and not the string, because fmt reads unexported fields
	// of others, and operands of a wrong verb, without asking their methods:
	// then it prints an address.
	value unique.Handle[string]
}

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// Reveal returns the secret itself. Callers put it into a request body, the
// credential store or an answer to a caller who may have it, and nowhere else.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.value.Value()
}

// Empty reports whether there is nothing to hide.
func (s Secret) Empty() bool { return s == Secret{} }

// Equal compares without telling, by its timing, where two secrets differ.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(t.Reveal())) == 1
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

// Format implements fmt.Formatter: credentials show their kind. What they hold
// as raw JSON would show otherwise.
func (s Snapshot) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[credentials %q]", (&s).Kind()) }

// Format implements fmt.Formatter: see Snapshot.Format.
func (tokens) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }
