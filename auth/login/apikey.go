package login

import (
	"io"
	"strings"

	"rekey/auth"
	"rekey/internal/fault"
)

// maxAPIKey bounds what is read for a key, in bytes; keys have about 200.
const maxAPIKey = 64 << 10

// What is wrong with an API key that is handed over.
var (
	// ErrNoAPIKey means that there was none: Codex ends likewise.
	ErrNoAPIKey = fault.New("no_api_key", "no API key was given on standard input")
	// ErrNotAPIKey means that what was given cannot be a key.
	ErrNotAPIKey = fault.New("not_api_key", "what was given on standard input is not an API key")
)

// ReadAPIKey reads a key as "codex login --with-api-key" does: to the end, and
// without the white space around it. auth.NewAPIKey makes of it what Codex
// writes. Its error is ErrNoAPIKey, ErrNotAPIKey or wraps that of the reader.
func ReadAPIKey(r io.Reader) (auth.Secret, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxAPIKey+1))
	if err != nil {
		return auth.Secret{}, fault.New("reading_api_key", "the API key could not be read: {{.Why}}", "Why", err)
	}
	key := strings.TrimSpace(string(raw))
	switch {
	case len(raw) > maxAPIKey, strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return auth.Secret{}, ErrNotAPIKey // no header could carry it: a terminal's paste marks, for one
	case key == "":
		return auth.Secret{}, ErrNoAPIKey
	}
	return auth.NewSecret(key), nil
}
