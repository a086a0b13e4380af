package autostart

import (
	"os"
	"path/filepath"
	"testing"

	"rekey/test/kit/must"
)

func TestUnitEnabled(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	o := Options{UserHome: home, Getenv: func(string) string { return "" }}
	if UnitEnabled(o) {
		t.Fatal("enabled in an empty home")
	}
	wants := filepath.Join(home, ".config", "systemd", "user", "default.target.wants")
	must.Do(t, os.MkdirAll(wants, 0o700))
	must.Do(t, os.WriteFile(filepath.Join(wants, unit), nil, 0o600))
	if !UnitEnabled(o) {
		t.Error("not enabled, and the link is there")
	}
}
