// Package child lets a test binary play other processes, so that locks between
// processes and kill -9 are tested for real.
package child

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// env makes the test binary play another process: see Main.
const env = "REKEY_TEST_CHILD"

// Main is for TestMain: it runs the tests, or, in a process that Start has made,
// one of the programs. Each gets the folder it works in and returns its exit
// code.
func Main(m *testing.M, programs map[string]func(dir string) int) {
	if name, dir, ok := strings.Cut(os.Getenv(env), ":"); ok {
		os.Exit(programs[name](dir))
	}
	os.Exit(m.Run())
}

// Is reports whether this process is one that Start has made.
func Is() bool { return os.Getenv(env) != "" }

// Say prints a line for the parent.
func Say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// Child is another process of this test binary.
type Child struct {
	t     testing.TB
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

// Start runs one of Main's programs in dir. It is killed when the test ends.
func Start(t testing.TB, name, dir string) *Child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env+"="+name+":"+dir)
	cmd.Stderr = os.Stderr
	out := must.Get(cmd.StdoutPipe())(t)
	must.Do(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &Child{t: t, cmd: cmd, lines: bufio.NewScanner(out)}
}

// Line waits for the next line of the child's output.
func (c *Child) Line() string {
	c.t.Helper()
	if !c.lines.Scan() {
		c.t.Fatalf("the child ended early: %v", c.lines.Err())
	}
	return c.lines.Text()
}

// Kill ends the child at once, as kill -9 does.
func (c *Child) Kill() {
	c.t.Helper()
	must.Do(c.t, c.cmd.Process.Kill())
	_ = c.cmd.Wait() // says that it was killed
}
