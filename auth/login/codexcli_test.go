package login

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// playing is a codex that this test plays.
func playing(t *testing.T, what string) CodexCLI {
	t.Helper()
	self := must.Get(os.Executable())(t)
	program := filepath.Join(t.TempDir(), "codex-"+what)
	must.Do(t, os.Symlink(self, program))
	return CodexCLI{Program: program, Home: t.TempDir(), Lookup: os.LookupEnv}
}

// told is what the codex was told: arguments, then variables.
func told(t *testing.T, c CodexCLI) []string {
	t.Helper()
	text := files.Read(t, filepath.Join(c.Home, "told"))
	return strings.Split(string(text), "\n")
}

func TestCodexCLIInTheBrowser(t *testing.T) {
	c := playing(t, "browser")
	ours := map[string]string{"PATH": "/bin", "BROWSER": "/b", "NO_PROXY": "x", "OPENAI_API_KEY": "sk-fake", "CODEX_HOME": "/other"}
	c.Lookup = func(name string) (string, bool) { v, ok := ours[name]; return v, ok }
	var pages []string
	c.Prompt = func(url string) { pages = append(pages, url) }
	must.Do(t, c.Run(t.Context()))
	if want := []string{"https://auth.example/oauth/authorize?response_type=code&state=x"}; !slices.Equal(pages, want) {
		t.Errorf("pages %q, want %q", pages, want)
	}
	beside := filepath.Dir(c.Program)
	if got, want := told(t, c), []string{"login", "PATH=" + beside + ":/bin", "BROWSER=/b", "NO_PROXY=x", "CODEX_HOME=" + c.Home}; !slices.Equal(got, want) {
		t.Errorf("codex was told %q, want %q", got, want)
	}
}

func TestCodexCLIFails(t *testing.T) {
	t.Parallel()
	for what, said := range map[string]string{"fails": "Error logging in: … is bad", "floods": strings.Repeat("x ", 99) + "x…", "silent": ""} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := playing(t, what)
			err := c.Run(t.Context())
			var exit *CodexExitError
			if what == "silent" {
				if err != nil {
					t.Errorf("got %v", err)
				}
			} else if !errors.As(err, &exit) || exit.Code != 1 || exit.Said != said {
				t.Errorf("got %v, want %q", err, said)
			}
		})
	}
	missing := CodexCLI{Program: filepath.Join(t.TempDir(), "codex"), Home: t.TempDir(), Lookup: os.LookupEnv}
	if err := missing.Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a codex that is not there: %v", err)
	}
}

// TestCodexCLIEnds: a codex that waits for ever is ended when its user or the
// limit says so.
func TestCodexCLIEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := playing(t, "hangs")
	c.Prompt = func(string) { cancel() }
	if err := c.Run(ctx); !errors.Is(err, ErrCancelled) {
		t.Errorf("cancelled: %v", err)
	}
	c = playing(t, "hangs")
	c.Limit = 50 * time.Millisecond
	if err := c.Run(t.Context()); !errors.Is(err, ErrTimeout) {
		t.Errorf("too long: %v", err)
	}
}
