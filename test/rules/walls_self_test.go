package rules_test

import (
	"strings"
	"testing"
)

// Every wall falls when it is breached, and for nothing else.
func TestWallsCanFall(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		pkg  pkg
		want string // part of the only breach, "" for none
	}{
		{"auth, Fyne", pkg{ImportPath: "rekey/auth/keeper", Imports: []string{"fyne.io/systray"}}, "know no face"},
		{"auth, a face", pkg{ImportPath: "rekey/auth/agent", Imports: []string{"rekey/ui"}}, "know no face"},
		{"a test of auth, a face", pkg{ImportPath: "rekey/auth/agent", XTestImports: []string{"rekey/ui/tray"}}, "know no face"},
		{"watcher, a face", pkg{ImportPath: "rekey/watcher", TestImports: []string{"rekey/ui/words"}}, "know no face"},
		{"tray, Fyne", pkg{ImportPath: "rekey/ui/tray", Imports: []string{"fyne.io/fyne/v2"}}, "only the window"},
		{"main, Fyne", pkg{ImportPath: "rekey", Name: "main", Imports: []string{"fyne.io/fyne/v2/app"}}, "only the window"},
		{"a face, files", pkg{ImportPath: "rekey/ui/cli", Imports: []string{"os"}}, "open no file"},
		{"a face, HTTP", pkg{ImportPath: "rekey/ui/window", Imports: []string{"net/http"}}, "open no file"},
		{"a face, D-Bus", pkg{ImportPath: "rekey/ui/cli", Imports: []string{"github.com/godbus/dbus/v5"}}, "speak D-Bus"},
		{"the model, its store", pkg{ImportPath: "rekey/auth", Imports: []string{"rekey/auth/store"}}, "the model knows no part"},
		{"the model, files", pkg{ImportPath: "rekey/auth", Imports: []string{"os"}}, "the model knows no part"},
		{"authority, files", pkg{ImportPath: "rekey/auth/authority", Imports: []string{"os"}}, "nothing of storage"},
		{"authority, store", pkg{ImportPath: "rekey/auth/authority", Imports: []string{"rekey/auth/store"}}, "nothing of storage"},
		{"store, HTTP", pkg{ImportPath: "rekey/auth/store", Imports: []string{"net/http"}}, "nothing of HTTP"},
		{"shipped test helper", pkg{ImportPath: "rekey/auth/login", Imports: []string{"testing"}}, "not shipped"},

		{"the window, Fyne", pkg{ImportPath: "rekey/ui/window", Imports: []string{"fyne.io/fyne/v2"}}, ""},
		{"the tray, its library", pkg{ImportPath: "rekey/ui/tray", Imports: []string{"fyne.io/systray"}}, ""},
		{"a face, the model", pkg{ImportPath: "rekey/ui/tray", Imports: []string{"rekey/auth"}}, ""},
		{"a face's program, files", pkg{ImportPath: "rekey/ui/window/rekey-window", Name: "main", Imports: []string{"os"}}, ""},
		{"a test of a face, files", pkg{ImportPath: "rekey/ui/cli", TestImports: []string{"os", "testing"}}, ""},
		{"the agent, HTTP and files", pkg{ImportPath: "rekey/auth/agent", Imports: []string{"os", "net/http", "rekey/auth"}}, ""},
		{"names that only begin alike", pkg{ImportPath: "rekey/authority", Imports: []string{"rekey/uint"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range walls() {
				got = append(got, w.breaches(tt.pkg)...)
			}
			if tt.want == "" {
				if len(got) > 0 {
					t.Errorf("breaches %q, want none", got)
				}
			} else if len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("breaches %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestHeavyAgentIsNoticed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		dep  pkg
		want int
	}{
		{"Fyne", pkg{ImportPath: "fyne.io/fyne/v2/theme"}, 1},
		{"a test framework", pkg{ImportPath: "testing"}, 1},
		{"C", pkg{ImportPath: "github.com/go-gl/gl/v2.1/gl", CgoFiles: []string{"package.go"}}, 1},
		{"C that Go can do without", pkg{ImportPath: "net", Standard: true, CgoFiles: []string{"cgo_linux.go"}}, 0},
		{"the tray's library", pkg{ImportPath: "fyne.io/systray"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tooHeavy([]pkg{tt.dep}); len(got) != tt.want {
				t.Errorf("tooHeavy = %q, want %d", got, tt.want)
			}
		})
	}
}
