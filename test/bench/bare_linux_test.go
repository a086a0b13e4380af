package bench_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rekey/test/kit"
)

// bare are programs on Fyne that do nothing, built as Rekey's window is.
type bare struct{ tray, window string }

const (
	fyneTray   = "a bare Fyne tray"
	fyneWindow = "a bare Fyne window"
)

// bare builds the bare programs, and Rekey's window beside the program that
// opens it. The C step behind them takes minutes once.
func (r *rivals) bare(b *testing.B) bare {
	b.Helper()
	if r.built != (bare{}) {
		return r.built
	}
	if out, err := exec.Command("../../.ci/window-parts").CombinedOutput(); err != nil {
		kit.Missing(b, "what a Fyne program is compiled with: "+string(out))
	}
	dir := filepath.Dir(r.rekey)
	for _, build := range []*exec.Cmd{
		exec.Command("go", "build", "-o", dir, "rekey/test/bench/testdata/fynetray", "rekey/test/bench/testdata/fynewindow"),
		exec.Command("../../.ci/window-build", filepath.Join(dir, "rekey-window")),
	} {
		build.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-trimpath") // the C step is then done already
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("%v: %v\n%s", build, err, out)
		}
	}
	r.built = bare{filepath.Join(dir, "fynetray"), filepath.Join(dir, "fynewindow")}
	return r.built
}
