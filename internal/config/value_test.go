package config

import (
	"path/filepath"
	"slices"
	"testing"

	"rekey/internal/userdir"
	"rekey/test/kit/must"
)

// What Value says is what the file would say: written and read again, it is the
// same.
func TestValueRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	put(t, path, "homes = [\"/a\", \"/b \\\"c\\\"\"]\nkeep_fresh = false\nnotifications = false\nusage = \"off\"\nusage_alerts = [80, 95]\nsign_in = \"device\"\n"+
		"codex = \"/bin/codex\"\nlanguage = \"zh-Hans\"\nlog = \"off\"\nhook = \"/bin/hook\"\nunknown = 1\n")
	for _, want := range []Settings{Default(), first(Load(path))} {
		text := ""
		for _, k := range Keys() {
			if v := want.Value(k.Name); v != "" {
				text += k.Name + " = " + v + "\n"
			}
		}
		again := filepath.Join(t.TempDir(), "config.toml")
		put(t, again, text)
		if got, found := Load(again); !got.Equal(want) || found != nil {
			t.Errorf("%s is read as %+v, %v, want %+v", text, got, found, want)
		}
	}
	if got := Default().Value("unknown"); got != "" {
		t.Errorf("an unknown setting is %q", got)
	}
	var want []string
	for _, k := range Keys() {
		want = append(want, k.Name)
	}
	if got := Named(path); !slices.Equal(got, want) {
		t.Errorf("the file names %q, want %q", got, want)
	}
	if got := Named(filepath.Join(t.TempDir(), "none")); got != nil {
		t.Errorf("no file names %q", got)
	}
}

func first(s Settings, _ []*Problem) Settings { return s }

// TestHomesAsWritten: what is changed keeps the user's way of writing the rest.
func TestHomesAsWritten(t *testing.T) {
	user := must.Get(userdir.Home())(t)
	for text, want := range map[string][]string{
		"homes = [\"~/.codex\", # mine\n '/srv/a/']\n": {"~/.codex", "/srv/a/"},
		"homes = 1\n": nil, "log = \"warn\"\n": nil, "homes = []\n": nil, "homes = [": nil,
	} {
		path := filepath.Join(t.TempDir(), "config.toml")
		put(t, path, text)
		written, homes := Homes(path)
		if !slices.Equal(written, want) {
			t.Errorf("%q: %q", text, written)
		}
		if want != nil && (len(homes) != 2 || homes[0] != filepath.Join(user, ".codex")) {
			t.Errorf("%q: %q", text, homes)
		}
	}
}
