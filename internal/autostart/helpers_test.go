package autostart

import (
	"os"
	"path/filepath"
	"testing"

	"rekey/test/kit/must"
)

func put(t *testing.T, name, content string) {
	t.Helper()
	must.Do(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must.Do(t, os.WriteFile(name, []byte(content), 0o644))
}

func set(t *testing.T, l Login, on bool) {
	t.Helper()
	if err := l.Set(on); err != nil {
		t.Fatalf("Set(%t): %v", on, err)
	}
	expect(t, l, on)
}

func expect(t *testing.T, l Login, want bool) {
	t.Helper()
	if on, err := l.Enabled(); err != nil || on != want {
		t.Errorf("Enabled = %t, %v, want %t", on, err, want)
	}
}

// programs are paths that need quoting, of one kind or another.
var programs = []string{
	"/usr/bin/rekey",
	"/opt/My Programs/rekey",
	`/opt/"quoted"/rekey`,
	"/opt/$HOME/`id`/rekey",
	`/opt/back\slash/rekey`,
	"/opt/100%/%f/rekey",
	"/opt/tab\tnewline\nreturn\r/rekey",
	"/opt/钥匙/rekey",
	"/opt/it's; rm *?#|&<>()~/rekey",
}
