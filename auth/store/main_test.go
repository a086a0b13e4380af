package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
)

// childEnv makes the test binary play another process: see children.
const childEnv = "REKEY_STORE_CHILD"

// children are the programs that the test binary can be, by name. Each gets
// the folder it works in and returns its exit code.
func children() map[string]func(dir string) int {
	return map[string]func(string) int{
		"hold-lock": childHoldLock,
		"count":     childCount,
		"rewrite":   childRewrite,
		"increment": childIncrement,
		"claim":     childClaim,
		"escrow":    childEscrow,
	}
}

func TestMain(m *testing.M) {
	if name, dir, ok := strings.Cut(os.Getenv(childEnv), ":"); ok {
		os.Exit(children()[name](dir))
	}
	os.Exit(m.Run())
}

// child is another process of this test binary.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

// startChild runs one of children in dir. It is killed when the test ends.
func startChild(t *testing.T, name, dir string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+name+":"+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &child{t: t, cmd: cmd, lines: bufio.NewScanner(out)}
}

// line waits for the next line of the child's output.
func (c *child) line() string {
	c.t.Helper()
	if !c.lines.Scan() {
		c.t.Fatalf("the child ended early: %v", c.lines.Err())
	}
	return c.lines.Text()
}

// kill ends the child at once, as kill -9 does.
func (c *child) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	_ = c.cmd.Wait() // says that it was killed
}

// say prints a line of a child's output.
func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// missing skips a test because a real part is not there. In continuous
// integration everything is there, so it fails.
func missing(t *testing.T, part string) {
	t.Helper()
	if os.Getenv("CI") == "true" || os.Getenv("REKEY_CI") == "1" {
		t.Fatalf("missing here: %s", part)
	}
	t.Skipf("not run, missing here: %s", part)
}

// ctxFor is a context that ends with the test and is bounded in time.
func ctxFor(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// parsed is the snapshot of a fixture.
func parsed(t *testing.T, data []byte) *auth.Snapshot {
	t.Helper()
	s, err := auth.ParseSnapshot(data)
	if err != nil {
		t.Fatalf("fixture: %v", err)
	}
	return s
}

// signIn is the content of an auth.json with the given refresh token.
func signIn(refresh string) []byte {
	return box.AuthJSON(box.WithRefreshToken(refresh), box.WithIssued(time.Unix(1_700_000_000, 0)))
}

// write puts a file into a new or existing place.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// read returns a file's content.
func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
