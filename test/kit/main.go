package kit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rekey/test/kit/must"
)

// RunAtRoot is Main for a package two folders below the project's root, whose
// files its tests read: they run in that root. A child of Alone is there already.
func RunAtRoot(m *testing.M) int {
	if _, err := os.Stat("go.mod"); err != nil {
		if err := os.Chdir("../.."); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return Main(m)
}

// Main runs the tests of a package and returns the exit code. Programs that
// tests start can be interrupted even where the tests themselves cannot, as
// under nohup. What Rekey and RekeyLikeTest have built is removed.
func Main(m *testing.M) int {
	// A child inherits that a signal is ignored, but not that it is caught.
	for _, s := range []os.Signal{syscall.SIGHUP, os.Interrupt} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
	code := m.Run()
	removeBuilt()
	return code
}

// buildDir makes the folder that programs are built into. Other users can look
// into it, unlike into t.TempDir.
var buildDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rekey-built")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
})

var (
	asShipped = sync.OnceValues(func() (string, error) { return build("rekey", false, "-tags=nethttpomithttp2") })
	asTested  = sync.OnceValues(func() (string, error) { return build("rekey-as-tested", underRace) })
)

// Rekey returns the path of Rekey as users get it, pure Go. It is built once for
// all tests of a process, which needs Main, where every user can run it.
func Rekey(t testing.TB) string {
	t.Helper()
	path := must.Get(asShipped())(t)
	return path
}

// RekeyAsTested is Rekey, with the race detector if the tests have it.
func RekeyAsTested(t testing.TB) string {
	t.Helper()
	path := must.Get(asTested())(t)
	return path
}

func build(name string, race bool, flags ...string) (string, error) {
	dir, err := buildDir()
	if err != nil {
		return "", err
	}
	cgo := "0"
	if race {
		cgo = "1"
	}
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path := filepath.Join(dir, name)
	args := append([]string{"build", "-race=" + strconv.FormatBool(race), "-o", path}, flags...)
	cmd := exec.Command("go", append(args, "rekey")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return path, os.Chmod(path, 0o755) // whatever the umask
}

func removeBuilt() {
	if dir, err := buildDir(); err == nil {
		_ = os.RemoveAll(dir)
	}
}

// Context is a context that ends with the test, and after Patience.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	return ctx
}

// Go runs f beside the test, until the test ends or stop is called. stop ends the
// context of f and waits for the end of f.
func Go(t testing.TB, f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// Codex finds the real Codex: what REKEY_CODEX names, else what the project has
// installed. Where it is missing the test ends, and says so. command is what
// people start; program is the executable that it starts in turn, where command
// is npm's script, and else the same.
func Codex(t testing.TB) (command, program string) {
	t.Helper()
	command = os.Getenv("REKEY_CODEX")
	if command == "" {
		mod, err := exec.Command("go", "env", "GOMOD").Output()
		if err != nil {
			t.Fatalf("go env GOMOD: %v", err)
		}
		command = filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), ".cache", "codex", "node_modules", ".bin", "codex")
	}
	script, err := filepath.EvalSymlinks(command)
	if err != nil {
		Missing(t, "the real Codex (REKEY_CODEX, else .cache/codex)")
	}
	// @openai/codex/bin/codex.js starts @openai/codex-<system>/vendor/<target>/bin/codex.
	scope := filepath.Dir(filepath.Dir(filepath.Dir(script)))
	for _, name := range []string{"codex", "codex.exe"} { // other programs lie beside it
		if found, _ := filepath.Glob(filepath.Join(scope, "codex-*", "vendor", "*", "bin", name)); len(found) == 1 {
			return command, found[0]
		}
	}
	return command, command
}
