package login

import (
	"io"
	"strings"

	"rekey/auth"
	"rekey/internal/fault"
)

// maxAPIKey bounds the input, in bytes; keys have about 200.
const maxAPIKey = 64 << 10

// The errors of ReadAPIKey.
var (
	// ErrNoAPIKey means that there was no input; Codex fails too.
	ErrNoAPIKey = fault.New("no_api_key", "no API key was given on standard input")
	// ErrNotAPIKey means that the input cannot be a key.
	ErrNotAPIKey = fault.New("not_api_key", "what was given on standard input is not an API key")
)

// ReadAPIKey reads a key as "codex login --with-api-key" does: to the end of
// the input, without the surrounding white space. auth.NewAPIKey turns it into
// what Codex writes. Its error is ErrNoAPIKey, ErrNotAPIKey or wraps that of
// the reader.
func ReadAPIKey(r io.Reader) (auth.Secret, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxAPIKey+1))
	if err != nil {
		return auth.Secret{}, fault.New("reading_api_key", "the API key could not be read: {{.Why}}", "Why", err)
	}
	key := strings.TrimSpace(string(raw))
	switch {
	case len(raw) > maxAPIKey, strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return auth.Secret{}, ErrNotAPIKey // not a valid header value, for example because of a terminal's paste marks
	case key == "":
		return auth.Secret{}, ErrNoAPIKey
	}
	return auth.NewSecret(key), nil
}
