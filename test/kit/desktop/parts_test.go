//go:build linux

package desktop_test

import (
	"fmt"
	"testing"

	"rekey/test/kit/desktop"
)

// ending notes how Require ends a test.
type ending struct {
	testing.TB
	skipped, failed string
}

type ended struct{}

func (e *ending) Helper() {}

func (e *ending) Skipf(format string, args ...any) {
	e.skipped = fmt.Sprintf(format, args...)
	panic(ended{})
}

func (e *ending) Fatalf(format string, args ...any) {
	e.failed = fmt.Sprintf(format, args...)
	panic(ended{})
}

func require(t *testing.T, parts ...desktop.Part) (e *ending) {
	e = &ending{TB: t}
	defer func() {
		if r := recover(); r != nil && r != any(ended{}) {
			panic(r)
		}
	}()
	desktop.Require(e, parts...)
	return e
}

func TestMissingPartIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	const name = "missing: import (Debian package imagemagick)"
	tests := []struct {
		ci, rekeyCI     string
		skipped, failed string
	}{
		{"", "", name, ""},
		{"false", "", name, ""},
		{"true", "", "", name},
		{"", "1", "", name},
	}
	for _, tt := range tests {
		t.Setenv("CI", tt.ci)
		t.Setenv("REKEY_CI", tt.rekeyCI)
		if e := require(t, desktop.Camera); e.skipped != tt.skipped || e.failed != tt.failed {
			t.Errorf("CI=%q REKEY_CI=%q: skipped %q, failed %q, want %q, %q", tt.ci, tt.rekeyCI, e.skipped, e.failed, tt.skipped, tt.failed)
		}
	}
}

func TestPresentPartIsFound(t *testing.T) {
	t.Parallel()
	desktop.Require(t, desktop.Bus)
}
