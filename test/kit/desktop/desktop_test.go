//go:build linux

package desktop_test

import (
	"slices"
	"strings"
	"testing"

	"rekey/test/kit/desktop"
)

func TestProgramsSeeOnlyTheirDesktop(t *testing.T) {
	t.Setenv("REKEY_UITEST_SECRET", "of the machine's user")
	d := desktop.New(t)
	p := d.Start(t, []string{"EXTRA=1"}, "sh", "-c", "env; exit 3")
	if code := p.Wait(t); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	allowed := []string{"HOME", "PATH", "LANG", "DBUS_SESSION_BUS_ADDRESS", "NO_AT_BRIDGE", "LIBGL_ALWAYS_SOFTWARE", "BROWSER",
		"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "TMPDIR", "EXTRA", "PWD", "OLDPWD", "SHLVL", "_"} // the last are the shell's
	seen := 0
	for line := range strings.Lines(p.Output()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if !slices.Contains(allowed, name) {
			t.Errorf("a program gets %s", name)
		}
		if name == "HOME" || strings.HasPrefix(name, "XDG_") {
			seen++
			if !strings.HasPrefix(value, d.Home()) {
				t.Errorf("%s is %s", name, value)
			}
		}
	}
	if seen != 6 {
		t.Errorf("a program gets %d folders", seen)
	}
}
