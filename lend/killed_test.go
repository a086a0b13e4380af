//go:build unix

package lend

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// kills is how often a push is killed, in each shell and case.
func kills() int {
	if soaked() {
		return 200
	}
	return 10
}

// P4 at the borrower: killing the push at any moment leaves the old
// file or the new one, whole and for its user alone; the next push works and
// sweeps up.
func TestKilledPush(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("0123456789", 1200) // as much as real tokens
	contents := [2]string{
		strings.Replace(loan, "access-canary", "access-one-"+filler, 1),
		strings.Replace(loan, "access-canary", "access-two-longer-"+filler, 1),
	}
	for name, shell := range shells(t) {
		for what, c := range map[string]struct {
			may   string
			first bool // there is no old file
			mount bool
		}{
			"replaced":      {"known", false, false},
			"the first":     {"new", true, false},
			"mounted alone": {"known", false, true},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t, shell)
				p.do("push", "new", contents[1], resultOK)
				if c.mount {
					p.mounted()
				}
				began := time.Now()
				p.do("push", "known", contents[1], resultOK)
				whole := time.Since(began)
				old, last, n := 0, contents[1], kills()
				for i := range n {
					if c.first {
						if err := os.Remove(p.auth()); err != nil && !errors.Is(err, os.ErrNotExist) {
							t.Fatal(err)
						}
						last = ""
					}
					next := contents[i%2]
					p.kill(order{"push", "a", c.may, []byte(next)}, whole*time.Duration(i)/time.Duration(n))
					got := p.whole()
					switch {
					case got != next && got != last:
						t.Fatalf("killed after %d of %d, it holds %d bytes: %.100q", i, n, len(got), got)
					case got != next:
						old++
					}
					last = got
				}
				t.Logf("%d of %d left the old file", old, n)
				p.do("push", c.may, contents[0], resultOK)
				p.holds(contents[0])
			})
		}
	}
}

// kill goes on an errand and kills all of it after a while. It may be done before.
func (p *place) kill(o order, after time.Duration) {
	p.t.Helper()
	cmd := p.command(p.t.Context(), []string{"sh", "-c", shellLine()}, o.encode(p.home))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	living, all, err := os.Pipe() // every program there has an end of it
	must.Do(p.t, err)
	defer func() { _ = living.Close() }()
	cmd.ExtraFiles = []*os.File{all}
	must.Do(p.t, cmd.Start())
	_ = all.Close()
	killed := make(chan struct{})
	dead := time.AfterFunc(after, func() {
		defer close(killed)
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	})
	_ = cmd.Wait()
	if !dead.Stop() {
		<-killed
	}
	_, _ = io.Copy(io.Discard, living) // until the last has gone: it may be renaming
}

// whole is what auth.json holds, "" where there is none; for its user alone. The
// blanks that writing over a file leaves at its end do not count.
func (p *place) whole() string {
	p.t.Helper()
	content, err := os.ReadFile(p.auth())
	if errors.Is(err, os.ErrNotExist) {
		return ""
	} else if err != nil {
		p.t.Fatal(err)
	}
	if info, err := os.Stat(p.auth()); err != nil || info.Mode().Perm() != 0o600 {
		p.t.Errorf("mode %v, %v", info.Mode(), err)
	}
	return strings.TrimRight(string(content), " ")
}

// patiently pushes, again where the lock was not free in time: on a busy machine the
// others may hold it for longer.
func (p *place) patiently(content string) {
	p.t.Helper()
	for {
		_, err := run(p.t.Context(), p.through, Target{Name: "home:" + p.home, CodexHome: p.home},
			order{"push", "a", "known", []byte(content)}, time.Now)
		if fault, ok := errors.AsType[*Fault](err); ok && fault.Code == Busy {
			continue
		}
		if err != nil {
			p.t.Error(err)
		}
		return
	}
}

// Pushes of one loan at the same time, the agent's and a command's, do not take
// each other's file away: all of them work, and the last one counts.
func TestPushesTogether(t *testing.T) {
	t.Parallel()
	newer := strings.Replace(loan, "access-canary", "access-canary-two", 1)
	for name, shell := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, shell)
			p.do("push", "new", loan, resultOK)
			var together sync.WaitGroup
			for i := range 6 {
				together.Go(func() { p.patiently([]string{loan, newer}[i%2]) })
			}
			together.Wait()
			if got := p.whole(); got != loan && got != newer {
				t.Errorf("it holds %q", got)
			}
			p.do("push", "known", newer, resultOK)
			p.holds(newer)
		})
	}
}
