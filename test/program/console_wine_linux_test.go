package program_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/test/kit"
	"rekey/test/kit/sandbox"
)

// wineLimit bounds everything that is done with Wine together.
const wineLimit = 5 * time.Minute

// wine runs Windows programs in a sandbox, in a Windows of its own and without
// a display.
type wine struct {
	*sandbox.Sandbox
	t        *testing.T
	ctx      context.Context
	emulator string
	prefix   string // the folder of that Windows
	rekey    string // the program
	tests    string // the folder of the tests that are made for Windows
}

// newWine builds Rekey for Windows, and a Windows to run it in.
func newWine(t *testing.T) *wine {
	t.Helper()
	emulator, err := exec.LookPath("wine64")
	if err != nil {
		emulator, err = exec.LookPath("/usr/lib/wine/wine64") // where Debian has it
	}
	if err != nil {
		kit.Missing(t, "Wine (wine64)")
	}
	compiler, err := exec.LookPath("x86_64-w64-mingw32-gcc")
	if err != nil {
		kit.Missing(t, "a C compiler for Windows (x86_64-w64-mingw32-gcc)")
	}
	s, err := sandbox.New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), wineLimit)
	dir := t.TempDir()
	w := &wine{s, t, ctx, emulator, filepath.Join(dir, "prefix"), filepath.Join(dir, "rekey.exe"), dir}
	t.Cleanup(func() {
		cancel()
		w.ctx = context.Background()
		_ = w.command("wineserver", "-k").Run() // nothing of it is left running; it may have ended
		_ = w.command("wineserver", "-w").Run()
	})
	library := filepath.Join(w.prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll")
	var group errgroup.Group // what takes long, side by side
	group.Go(func() error { return w.build("build", "-o", w.rekey, ".") })
	for pkg := range windowsTests() {
		group.Go(func() error { return w.build("test", "-c", "-o", w.test(pkg), "./"+pkg) })
	}
	group.Go(func() error {
		if err := w.command(w.emulator, "wineboot", "--init").Run(); err != nil {
			return fmt.Errorf("wineboot: %w", err)
		}
		_, err := output(exec.CommandContext(ctx, compiler, "-shared", "-s", "-o", library, "test/program/testdata/wine/prng.c", "-ladvapi32"))
		return err
	})
	w.must(group.Wait())
	return w
}

// windowsTests maps packages to what they test on Windows alone.
func windowsTests() map[string]string {
	return map[string]string{"auth/agent": "TestPipe", "internal/safefile": "TestFileIsReplacedWhileItIsRead"}
}

// test is the program with a package's tests.
func (w *wine) test(pkg string) string { return filepath.Join(w.tests, filepath.Base(pkg)+".test.exe") }

// build runs a go command that builds for Windows.
func (w *wine) build(args ...string) error {
	cmd := exec.CommandContext(w.ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	_, err := output(cmd)
	return err
}

// output runs a command that has to work and returns what it prints.
func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return string(out), err
}

// command makes a command of Wine's, or of a Windows program's for Wine.
func (w *wine) command(program string, args ...string) *exec.Cmd {
	if program == "wineserver" {
		program = filepath.Join(filepath.Dir(w.emulator), "wineserver64")
		if _, err := os.Stat(program); err != nil {
			program = filepath.Join(filepath.Dir(w.emulator), "wineserver")
		}
	}
	cmd := w.Command(w.ctx, program, args...)
	cmd.Env = append(cmd.Env, "WINEPREFIX="+w.prefix, "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=", // nothing to install, no menus
		"CODEX_HOME="+w.path(w.Home.Dir()))
	return cmd
}

// path is what Windows calls a file: Wine shows all there is as drive Z.
func (w *wine) path(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }

// run runs Rekey to its end.
func (w *wine) run(args ...string) result {
	w.t.Helper()
	return w.windows(w.rekey, args...)
}

// windows runs a program to its end.
func (w *wine) windows(program string, args ...string) result {
	w.t.Helper()
	cmd := w.command(w.emulator, append([]string{program}, args...)...)
	out, errs := w.file(), w.file()
	// Files, not pipes: Wine's own processes inherit them and end later.
	cmd.Stdout, cmd.Stderr = out, errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("%v: %v", cmd, err)
	}
	return result{cmd.ProcessState.ExitCode(), w.content(out), w.content(errs)}
}

// file makes an empty file.
func (w *wine) file() *os.File {
	w.t.Helper()
	f, err := os.CreateTemp(w.t.TempDir(), "printed")
	w.must(err)
	return f
}

// content reads what was written to a file, and closes it.
func (w *wine) content(f *os.File) string {
	w.t.Helper()
	content, err := os.ReadFile(f.Name())
	w.must(errors.Join(err, f.Close()))
	return string(content)
}
