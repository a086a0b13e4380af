package login

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets this test's program play codex, under whose name it is linked
// then: codex is given only a short list of variables, so its name has to tell.
func TestMain(m *testing.M) {
	if play, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "codex-"); ok {
		os.Exit(playCodex(play))
	}
	os.Exit(m.Run())
}

// playCodex does what codex might and writes down what it was told.
func playCodex(what string) int {
	said := strings.Join(append(os.Args[1:], os.Environ()...), "\n")
	if err := os.WriteFile(filepath.Join(os.Getenv("CODEX_HOME"), "told"), []byte(said), 0o600); err != nil {
		fmt.Println(err)
		return 1
	}
	switch what {
	case "browser":
		fmt.Fprintln(os.Stderr, "Starting local login server on http://localhost:1455.\nIf your browser did not open, navigate to this URL to authenticate:\n\nhttps://auth.example/oauth/authorize?response_type=code&state=x\n\nOn a remote or headless machine? Use `codex login --device-auth` instead.")
		fmt.Fprintln(os.Stderr, "Successfully logged in")
	case "fails":
		fmt.Fprintf(os.Stderr, "\x1b[31mError\x1b[0m logging in: eyJ%s is bad\n", strings.Repeat("0123456789", 10))
		return 1
	case "floods":
		fmt.Fprintln(os.Stderr, strings.Repeat("x ", 10<<20))
		return 1
	case "hangs":
		fmt.Println("https://auth.example/oauth/authorize")
		time.Sleep(time.Hour) // a bare select is a deadlock, which Go ends where there is no C
	}
	return 0
}
