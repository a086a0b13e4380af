//go:build unix

package program_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// running is a program that goes on.
type running struct {
	box      *sandboxed
	cmd      *exec.Cmd
	in       io.WriteCloser
	out, err *stream
}

// start starts the program; it is killed with the test.
func (b *sandboxed) start(args ...string) *running {
	b.t.Helper()
	r := &running{box: b, cmd: b.command(args...), out: newStream(), err: newStream()}
	var err error
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		b.t.Fatal(err)
	}
	r.cmd.Stdout, r.cmd.Stderr = io.MultiWriter(r.out, b), io.MultiWriter(r.err, b)
	must.Do(b.t, r.cmd.Start())
	b.t.Cleanup(func() { _ = r.cmd.Process.Kill(); _ = r.cmd.Wait() })
	return r
}

// signal sends a signal.
func (r *running) signal(s syscall.Signal) {
	r.box.t.Helper()
	must.Do(r.box.t, r.cmd.Process.Signal(s))
}

// interrupt is Ctrl-C.
func (r *running) interrupt() {
	r.box.t.Helper()
	r.signal(syscall.SIGINT)
}

// wait waits for the end and wants a code.
func (r *running) wait(code int) {
	r.box.t.Helper()
	_ = r.cmd.Wait() // within the command's context
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.box.t.Errorf("%v ends with %d (%v), want %d", r.cmd.Args[1:], got, r.cmd.ProcessState, code)
	}
}

// end asks the program to end, and wants it to end well.
func (r *running) end() {
	r.box.t.Helper()
	r.signal(syscall.SIGTERM)
	r.wait(0)
}

// stream is what a program has printed to one of its streams.
type stream struct {
	mu   sync.Mutex // guards everything below
	text []byte
	more chan struct{} // closed, and replaced, when there is more
}

func newStream() *stream { return &stream{more: make(chan struct{})} }

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	close(s.more)
	s.more = make(chan struct{})
	return len(p), nil
}

// lines are the whole lines so far, and what tells of more.
func (s *stream) lines() ([]string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for line := range strings.Lines(string(s.text)) {
		if whole, ok := strings.CutSuffix(line, "\n"); ok {
			lines = append(lines, strings.TrimSuffix(whole, "\r"))
		}
	}
	return lines, s.more
}

// until waits for a line with these words and returns the number of lines up to
// and with it; lines before the first are not looked at.
func (s *stream) until(t *testing.T, first int, words string) int {
	t.Helper()
	ctx := inTime(t)
	for {
		lines, more := s.lines()
		for i := first; i < len(lines); i++ {
			if strings.Contains(lines[i], words) {
				return i + 1
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("no line with %q came:\n%s", words, strings.Join(lines, "\n"))
		}
	}
}

// statuses are those of the lines of "--format json".
func (s *stream) statuses(t *testing.T) (list []auth.Status) {
	t.Helper()
	lines, _ := s.lines()
	for _, line := range lines {
		var got struct{ State auth.State }
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Errorf("no JSON: %q", line)
		}
		list = append(list, got.State.Status)
	}
	return list
}

// The window is a program of its own: it is given the socket and little else.
func TestWindow(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.rekey(cli.ExitFailure, "window").sentence(t, "no Rekey is running for this home")
	b.signIn(time.Hour)
	watch := b.start("watch")
	b.answers("the agent")

	bin := filepath.Join(filepath.Dir(b.Home.Dir()), "bin")
	must.Do(t, os.Mkdir(bin, 0o700))
	script := "#!/bin/sh\n{ echo \"$@\"; env; } >\"$HOME/new\" && mv \"$HOME/new\" \"$HOME/shown\"\n"
	files.Program(t, filepath.Join(bin, "rekey-window"), script)
	b.extra = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "OPENAI_API_KEY=not-for-the-window", "CODEX_ACCESS_TOKEN=", "LC_ALL=zh_CN.UTF-8"}
	b.rekey(cli.ExitOK, "window")
	var shown string
	kit.Eventually(t, "the window", func() bool {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(b.Home.Dir()), "shown"))
		shown = string(text)
		return err == nil
	})
	sockets, _ := filepath.Glob(filepath.Join(b.Options().Dirs.Runtime, "*.sock"))
	if len(sockets) != 1 || !strings.Contains(shown, "--socket "+sockets[0]+"\n") {
		t.Errorf("the window is given %q, want the socket %q", shown, sockets)
	}
	if !strings.Contains(shown, "REKEY_LANGUAGE=zh-Hans\n") {
		t.Errorf("the window is not told the language of who asks for it:\n%s", shown)
	}
	if strings.Contains(shown, "OPENAI") || strings.Contains(shown, "CODEX") {
		t.Errorf("the window is told\n%s", shown)
	}
	watch.end()
}
