package login

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"rekey/auth"
	"rekey/test/kit/must"
)

func TestReadAPIKey(t *testing.T) {
	broken := errors.New("broken pipe")
	for name, tt := range map[string]struct {
		in   io.Reader
		want string
		err  error
	}{
		"a key":                    {strings.NewReader("sk-fake"), "sk-fake", nil},
		"a line":                   {strings.NewReader("sk-fake\n"), "sk-fake", nil},
		"space around":             {strings.NewReader("\r\n \u00a0sk-fake\u2003\t\n\n"), "sk-fake", nil},
		"space inside":             {strings.NewReader("sk fake"), "", ErrNotAPIKey},
		"byte by byte":             {iotest.OneByteReader(strings.NewReader("sk-fake\n")), "sk-fake", nil},
		"nothing":                  {strings.NewReader(""), "", ErrNoAPIKey},
		"only space":               {strings.NewReader(" \n\t"), "", ErrNoAPIKey},
		"two lines":                {strings.NewReader("sk-fake\nsk-more"), "", ErrNotAPIKey},
		"pasted with its marks":    {strings.NewReader("\x1b[200~sk-fake\x1b[201~\n"), "", ErrNotAPIKey},
		"no header could carry it": {strings.NewReader("sk-fäke"), "", ErrNotAPIKey},
		"no text":                  {strings.NewReader("sk-\xff"), "", ErrNotAPIKey},
		"a file instead":           {strings.NewReader(strings.Repeat("x", 64<<10+1)), "", ErrNotAPIKey},
		"a file of space":          {strings.NewReader(strings.Repeat(" ", 1<<20)), "", ErrNotAPIKey},
		"a reader that breaks off": {io.MultiReader(strings.NewReader("sk-fake"), iotest.ErrReader(broken)), "", broken},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadAPIKey(tt.in)
			if got.Reveal() != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %d bytes, %v", len(got.Reveal()), err)
			}
			if err != nil && strings.Contains(err.Error(), "sk-") {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

// TestAPIKeyIsStoredAsByCodex: the file is the one that Codex's own tests and
// the recordings show.
func TestAPIKeyIsStoredAsByCodex(t *testing.T) {
	key := must.Get(ReadAPIKey(strings.NewReader("sk-fake\n")))(t)
	const want = "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk-fake\"\n}"
	if got := string(auth.NewAPIKey(key).Encode()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
