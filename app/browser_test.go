//go:build unix

package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/auth/login"
	"rekey/test/kit/must"
)

// Whatever is wrong with the programs that open pages, the next one is tried,
// and the page is opened once.
func TestOpeners(t *testing.T) {
	const (
		works = "#!/bin/sh\necho \"$0 $1\" >>\"${0%/*}/shown\"\n"
		fails = "#!/bin/sh\nexit 3\n"
		hangs = "#!/bin/sh\nread x <\"${0%/*}/pipe\"\n"
		one   = "#!/bin/sh\necho \"$0 $1\" >>\"${0%/*}/shown\"\nexit 1\n"
	)
	tests := map[string]struct {
		programs map[string]string
		browser  string
		shows    string // "" for none
		fails    string // of the error's text
	}{
		"nothing there":            {nil, "", "", "no browser"},
		"xdg-open":                 {map[string]string{"xdg-open": works}, "", "xdg-open", ""},
		"BROWSER first":            {map[string]string{"mine": works, "xdg-open": works}, "mine", "mine", ""},
		"BROWSER fails":            {map[string]string{"mine": fails, "xdg-open": works}, "mine", "xdg-open", ""},
		"BROWSER is not there":     {map[string]string{"xdg-open": works}, "gone", "xdg-open", ""},
		"xdg-open fails":           {map[string]string{"xdg-open": fails}, "", "", "xdg-open could not show it: exit status 3"},
		"xdg-open hangs":           {map[string]string{"xdg-open": hangs}, "", "", ""},
		"WSL":                      {map[string]string{"wslview": works, "xdg-open": hangs}, "", "wslview", ""},
		"WSL, xdg-open fails":      {map[string]string{"xdg-open": fails, "explorer.exe": one}, "", "explorer.exe", ""},
		"WSL, xdg-open hangs":      {map[string]string{"xdg-open": hangs, "explorer.exe": one}, "", "explorer.exe", ""},
		"WSL, wslview fails":       {map[string]string{"wslview": fails, "explorer.exe": one}, "", "explorer.exe", ""},
		"all fail, the first says": {map[string]string{"wslview": fails, "xdg-open": fails}, "", "", "wslview could not"},
	}
	path := os.Getenv("PATH")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			t.Setenv("PATH", bin) // the scripts use nothing but the shell itself
			for program, text := range tt.programs {
				must.Do(t, os.WriteFile(filepath.Join(bin, program), []byte(text), 0o700))
			}
			pipe(t, filepath.Join(bin, "pipe"))
			limit := 30 * time.Second
			if strings.Contains(name, "hangs") {
				limit = 50 * time.Millisecond
			}
			err := openWith(t.Context(), openers("linux", tt.browser), "https://example.com/x", limit)
			t.Setenv("PATH", path)
			if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("it ends with %v, want %q", err, tt.fails)
			}
			var none *login.NoBrowserError
			if len(tt.programs) == 0 && !errors.As(err, &none) {
				t.Errorf("it ends with %T", err)
			}
			shown, _ := os.ReadFile(filepath.Join(bin, "shown"))
			want := ""
			if tt.shows != "" {
				want = filepath.Join(bin, tt.shows) + " https://example.com/x\n"
			}
			if string(shown) != want {
				t.Errorf("shown is %q, want %q", shown, want)
			}
		})
	}
}

// pipe creates a named pipe that blocks its readers until the test ends.
func pipe(t *testing.T, name string) {
	t.Helper()
	must.Do(t, unix.Mkfifo(name, 0o600))
	end := must.Get(os.OpenFile(name, os.O_RDWR, 0))(t)
	t.Cleanup(func() { _ = end.Close() })
}
