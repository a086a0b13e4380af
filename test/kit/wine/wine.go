//go:build linux

// Package wine makes a Windows of a test's own, out of Wine, and runs programs
// in it. It writes to nothing but the folder that it is given and the temporary
// folder that its environment names.
package wine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// random is a library in C: Wine 8 lacks bcryptprimitives.dll, of which Go
// programs call this one function when they start.
const random = `
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, length); }
`

// Windows is a Windows of one test's own. Build, Program and Path are safe for
// concurrent use.
type Windows struct {
	ctx      context.Context
	emulator string
	compiler string
	server   string
	dir      string // the programs
	prefix   string // the folder of that Windows
	environ  func() []string
}

// New makes a Windows, whose programs have the variables of environ, each
// "NAME=value", from when they start. All of it ends with ctx or the test.
func New(ctx context.Context, t *testing.T, environ func() []string) *Windows {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	dir := t.TempDir()
	w := &Windows{
		ctx: ctx, dir: dir, prefix: filepath.Join(dir, "prefix"), environ: environ,
		emulator: part(t, "Wine (Debian package wine64)", "wine64", "/usr/lib/wine/wine64"),
		server:   part(t, "Wine's server (Debian package wine64)", "wineserver64", "/usr/lib/wine/wineserver64", "wineserver"),
	}
	w.compiler = part(t, "a C compiler for Windows (Debian package gcc-mingw-w64-x86-64-posix)", "x86_64-w64-mingw32-gcc")
	t.Cleanup(cancel)
	w.startServer(t)
	if r := w.Run(t, "wineboot", "--init"); r.Code != 0 {
		t.Fatalf("wineboot: %+v", r)
	}
	w.Compile(t, "prefix/drive_c/windows/system32/bcryptprimitives.dll", random, "-shared", "-ladvapi32")
	return w
}

// startServer starts Wine's server, which would otherwise be started by the
// first program and exit with the last: a program that starts just then finds it
// closing, and dies of "recvmsg: Connection reset by peer". It ends with the
// test and every program with it; should the test be killed, ten minutes after the
// last of them.
func (w *Windows) startServer(t *testing.T) {
	t.Helper()
	control := func(args ...string) error { // whether or not ctx has ended
		cmd := exec.Command(w.server, args...)
		w.prepare(cmd)
		return cmd.Run() // with no pipe, which the server would keep open
	}
	err := os.Mkdir(w.prefix, 0o700)
	if err == nil {
		err = control("--persistent=600") // returns when the server answers
	}
	if err != nil {
		t.Fatalf("Wine's server: %v", err)
	}
	t.Cleanup(func() {
		_ = control("--kill") // it may have ended
		_ = control("--wait")
	})
}

// part finds a program by the first of these names or paths that is there.
func part(t *testing.T, what string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	kit.Missing(t, what)
	return ""
}

// Build builds a program for Windows with the go command, which is told the
// file last. It returns the file.
func (w *Windows) Build(file string, args ...string) (string, error) {
	path := filepath.Join(w.dir, file)
	cmd := exec.CommandContext(w.ctx, "go", append(args[:len(args)-1:len(args)-1], "-o", path, args[len(args)-1])...)
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	return path, quiet(cmd)
}

// Compile compiles a program in C and returns the file.
func (w *Windows) Compile(t *testing.T, file, source string, options ...string) string {
	t.Helper()
	path := filepath.Join(w.dir, file)
	cmd := exec.CommandContext(w.ctx, w.compiler, append([]string{"-s", "-o", path, "-x", "c", "-"}, options...)...)
	cmd.Stdin = strings.NewReader(source)
	must.Do(t, quiet(cmd))
	return path
}

// Program makes a command that runs a Windows program.
func (w *Windows) Program(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.ctx, w.emulator, append([]string{program}, args...)...)
	w.prepare(cmd)
	return cmd
}

// prepare has a command of Wine's work on this Windows.
func (w *Windows) prepare(cmd *exec.Cmd) {
	cmd.Dir = w.dir
	cmd.Env = append(w.environ(), "WINEPREFIX="+w.prefix, "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=") // nothing to install, no menus
}

// Path is what Windows calls a file: Wine shows all there is as drive Z.
func (w *Windows) Path(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }

// Result is what came of a program.
type Result struct {
	Code     int
	Out, Err string // what it printed
}

// Run runs a Windows program to its end.
func (w *Windows) Run(t *testing.T, program string, args ...string) Result {
	t.Helper()
	return w.Feed(t, "", program, args...)
}

// Feed is Run for a program that reads this text.
func (w *Windows) Feed(t *testing.T, stdin, program string, args ...string) Result {
	t.Helper()
	cmd := w.Program(program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	// Files, not pipes: Wine's own processes inherit them and end later.
	out, errs := file(t), file(t)
	cmd.Stdout, cmd.Stderr = out, errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", cmd, err)
	}
	return Result{cmd.ProcessState.ExitCode(), content(t, out), content(t, errs)}
}

// quiet runs a command that has to work; what it prints is in the error.
func quiet(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return nil
}

// file makes an empty file.
func file(t *testing.T) *os.File {
	t.Helper()
	f := must.Get(os.CreateTemp(t.TempDir(), "printed"))(t)
	return f
}

// content reads what was written to a file, and closes it.
func content(t *testing.T, f *os.File) string {
	t.Helper()
	defer f.Close()
	return string(files.Read(t, f.Name()))
}
