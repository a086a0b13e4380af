package proc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// start runs a script whose first line of output is the process id of a
// grandchild, and returns that and the end of Run.
func start(t *testing.T, ctx context.Context, script string) (grandchild string, ended chan error) {
	t.Helper()
	r, w, err := os.Pipe()
	must.Do(t, err)
	t.Cleanup(func() { r.Close() })
	cmd := Command(ctx, "/bin/sh", "-c", script)
	cmd.Stdout = w
	ended = make(chan error, 1)
	go func() {
		err := Run(cmd)
		w.Close()
		ended <- err
	}()
	line := must.Get(bufio.NewReader(r).ReadString('\n'))(t)
	return strings.TrimSpace(line), ended
}

// wantGone waits until a process has ended; who reaps it is not our affair.
func wantGone(t *testing.T, pid string) {
	t.Helper()
	kit.Eventually(t, "the end of process "+pid, func() bool {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		return err != nil || bytes.Contains(stat, []byte(") Z "))
	})
}

func TestCancelEndsTheGroup(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"that obeys":   `sleep 600 & echo $!; wait`,
		"that is deaf": `trap "" TERM; sleep 600 & echo $!; wait; wait`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			grandchild, ended := start(t, ctx, script)
			cancel()
			if err := kit.Receive(t, "the end of Run", ended); err == nil {
				t.Error("no error")
			}
			wantGone(t, grandchild)
		})
	}
}

// TestEndTakesTheRest: what a child leaves behind ends with it.
func TestEndTakesTheRest(t *testing.T) {
	grandchild, ended := start(t, t.Context(), `sleep 600 >&- & echo $!; exit 3`)
	err := <-ended
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 3 {
		t.Errorf("got %v, want exit code 3", err)
	}
	wantGone(t, grandchild)
}

func TestCannotStart(t *testing.T) {
	if err := Run(Command(t.Context(), t.TempDir()+"/missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestNothingIsInherited: a command that is given no variables has none.
func TestNothingIsInherited(t *testing.T) {
	cmd := Command(t.Context(), "/usr/bin/env")
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := Run(cmd); err != nil || out.Len() > 0 {
		t.Errorf("got %q, %v", &out, err)
	}
}
