package auth

import (
	"fmt"
	"log/slog"
	"unique"
)

// redacted is the text of every formatted Secret.
const redacted = "[redacted]"

// Secret is a token, key or other credential. Only Reveal shows it: fmt,
// encoding/json and log/slog all print "[redacted]". The zero value is the
// empty secret. Secrets can be compared with ==.
type Secret struct {
	// value is a handle and not a string because fmt prints unexported fields,
	// and operands of a wrong verb, without calling their methods: then it
	// prints an address.
	value unique.Handle[string]
}

// NewSecret wraps value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// Reveal returns the secret itself. Callers put it only into a request body,
// the credential store or an answer to a caller who may have it.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.value.Value()
}

// Empty reports whether the secret is empty.
func (s Secret) Empty() bool { return s == Secret{} }

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

// Format implements fmt.Formatter and prints only the kind, because raw JSON
// fields would otherwise be printed.
func (s Snapshot) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[credentials %q]", (&s).Kind()) }

// Format implements fmt.Formatter: see Snapshot.Format.
func (tokens) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }
