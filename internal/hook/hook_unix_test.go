//go:build unix

package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// rig is a hook with a folder for its program and what that leaves.
type rig struct {
	t      *testing.T
	dir    string
	hook   *Hook
	states auth.Broadcast[auth.State]
	told   chan string
	log    kit.Record
	stop   func()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), told: make(chan string, 100)}
	r.hook = New(Options{
		Home: "/home/ada/.codex", Environ: []string{"PATH=" + os.Getenv("PATH"), "LANG=C"},
		Tell: func(said error) { r.told <- said.Error() }, Log: slog.New(slog.NewTextHandler(&r.log, nil)),
	})
	return r
}

// logs waits until the log has n lines with a text.
func (r *rig) logs(n int, text string) {
	r.t.Helper()
	r.eventually(fmt.Sprintf("%d lines with %q", n, text), func() bool { return strings.Count(r.log.String(), text) == n })
}

// run starts the hook; it is stopped at the end of the test or by stop.
func (r *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	states := r.states.Subscribe(ctx)
	go func() {
		defer close(ended)
		r.hook.Run(ctx, states)
	}()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(kit.Patience):
			r.t.Error("Run does not end")
		}
	})
	r.t.Cleanup(r.stop)
}

// script makes a program.
func (r *rig) script(name, text string) (path string) {
	r.t.Helper()
	path = filepath.Join(r.dir, name)
	files.Program(r.t, path, "#!/bin/sh\n"+text)
	return path
}

// fifo makes a pipe that a script waits at.
func (r *rig) fifo(name string) (path string) {
	r.t.Helper()
	path = filepath.Join(r.dir, name)
	must.Do(r.t, syscall.Mkfifo(path, 0o600))
	return path
}

// open lets the script that waits at a pipe go on, as soon as it is there.
func (r *rig) open(fifo string) {
	r.t.Helper()
	opened := make(chan error, 1)
	go func() {
		f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString("go\n")
			err = errors.Join(err, f.Close())
		}
		opened <- err
	}()
	must.Do(r.t, kit.Receive(r.t, "the hook, to the pipe", opened))
}

// reports are those that scripts have appended to a file.
func (r *rig) reports(path string) (found []auth.StateReport) {
	r.t.Helper()
	data, _ := os.ReadFile(path)
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		var report auth.StateReport
		if decoder.Decode(&report) != nil {
			return found
		}
		found = append(found, report)
	}
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	kit.Eventually(r.t, what, ok)
}

func (r *rig) hears(says string) {
	r.t.Helper()
	if told := kit.Receive(r.t, says, r.told); !strings.Contains(told, says) {
		r.t.Errorf("it tells %q, want %q", told, says)
	}
}

func state(email string) auth.State {
	return auth.State{Status: auth.StatusHealthy, Email: email, KeepFresh: true}
}

func TestTheHookReadsTheState(t *testing.T) {
	t.Setenv("SECRET_OF_OURS", "x") // not parallel: it is not handed on
	r := newRig(t)
	hook := r.script("hook", `env >"$0.env"; echo "$#" "$PWD" >"$0.args"; cat >>"$0.out"`)
	r.hook.Use(hook)
	r.run()
	for i, email := range []string{"<a&b>@example.com", "b@example.com"} {
		r.states.Publish(state(email))
		r.eventually("the report", func() bool { return len(r.reports(hook+".out")) == i+1 })
		got := r.reports(hook + ".out")[i]
		if got.Schema != 1 || got.Home != "/home/ada/.codex" || got.State != state(email) || time.Since(got.At).Abs() > kit.Patience {
			t.Errorf("the report is %+v", got)
		}
	}
	r.logs(2, "hook: ran")
	env, err := os.ReadFile(hook + ".env")
	if err != nil || strings.Contains(string(env), "SECRET_OF_OURS") || !strings.Contains(string(env), "LANG=C") {
		t.Errorf("the environment is %s, %v", env, err)
	}
	args, err := os.ReadFile(hook + ".args")
	if err != nil || string(args) != "0 "+r.dir+"\n" {
		t.Errorf("arguments and folder are %q, %v", args, err)
	}
	if text, err := os.ReadFile(hook + ".out"); err != nil || !strings.Contains(string(text), "<a&b>") || strings.Count(string(text), "\n") != 2 {
		t.Errorf("the form is %s, %v", text, err)
	}
}

// While the hook runs, any number of States come; it then gets the last one.
func TestNeverTwoAtOnceAndOnlyTheNewest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate := r.fifo("gate")
	hook := r.script("hook", `mkdir "$0.running" || echo twice >"$0.twice"
cat >>"$0.out"
read go <"`+gate+`"
rmdir "$0.running"`)
	r.hook.Use(hook)
	r.run()
	r.states.Publish(state("first"))
	r.eventually("the first run", func() bool { return len(r.reports(hook+".out")) == 1 })
	for i := range 100 {
		r.states.Publish(state(strconv.Itoa(i)))
	}
	r.open(gate)
	r.eventually("the second run", func() bool { return len(r.reports(hook+".out")) == 2 })
	r.open(gate)
	r.states.Publish(state("last"))
	r.eventually("the third run", func() bool { return len(r.reports(hook+".out")) == 3 })
	r.open(gate)
	r.stop()
	var emails []string
	for _, report := range r.reports(hook + ".out") {
		emails = append(emails, report.State.Email)
	}
	if !slices.Equal(emails, []string{"first", "99", "last"}) {
		t.Errorf("the hook got %q", emails)
	}
	if _, err := os.Stat(hook + ".twice"); err == nil {
		t.Error("it ran twice at once")
	}
}

// alive reports whether a process that a script has noted is there.
func (r *rig) alive(note string) bool {
	r.t.Helper()
	text := files.Read(r.t, note)
	pid := must.Get(strconv.Atoi(strings.TrimSpace(string(text))))(r.t)
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	// One that nobody has reaped yet is dead as well.
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

func TestAHookThatHangsWithAGrandchild(t *testing.T) {
	t.Parallel()
	// Until the limit is one in which this machine starts two shells.
	for limit := 2 * time.Second; !hangs(t, limit); limit *= 2 {
	}
}

// hangs reports whether a hook has begun to hang within the limit. If so, all of it
// has been ended.
func hangs(t *testing.T, limit time.Duration) bool {
	r := newRig(t)
	r.hook.limit = limit
	hook := r.script("hook", `trap "" TERM
(trap "" TERM; exec sh -c 'echo $$ >"$1.new"; mv "$1.new" "$1"; exec sleep 1000' sh "$0.pid") &
wait; sleep 1000`)
	r.hook.Use(hook)
	r.run()
	r.states.Publish(state("a"))
	r.hears(fmt.Sprintf("it took longer than %v and was stopped", limit))
	if _, err := os.Stat(hook + ".pid"); err != nil {
		return false
	}
	r.eventually("the end of the grandchild", func() bool { return !r.alive(hook + ".pid") })
	return true
}

func TestAHookEndsWithItsContext(t *testing.T) {
	r := newRig(t)
	hook := r.script("hook", `echo $$ >"$0.new"; mv "$0.new" "$0.pid"; exec sleep 1000`)
	r.hook.Use(hook)
	r.run()
	r.states.Publish(state("a"))
	r.eventually("its start", func() bool { _, err := os.Stat(hook + ".pid"); return err == nil })
	r.stop()
	if r.alive(hook + ".pid") {
		t.Error("it is still there")
	}
	if len(r.told) > 0 {
		t.Errorf("it tells %q", <-r.told)
	}
}

// More than a pipe holds is left unread.
func TestAHookThatIgnoresItsInput(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	hook := r.script("hook", `exec <&-; echo x >>"$0.out"`)
	r.hook.Use(hook)
	r.run()
	for _, name := range []string{"a", "b"} {
		st := state(name)
		st.Problem = strings.Repeat("x", 1<<20)
		r.states.Publish(st)
		r.eventually("the run", func() bool {
			text, _ := os.ReadFile(hook + ".out")
			return len(text) == 2+2*int(name[0]-'a')
		})
	}
	r.logs(2, "hook: ran")
	if len(r.told) > 0 {
		t.Errorf("it tells %q", <-r.told)
	}
}

func TestFailuresAreToldOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	hook := r.script("hook", `echo x >>"$0.out"
if [ -e "$0.bad" ]; then echo "no such
 host" >&2; exit 3; fi`)
	runs := 0
	publish := func() {
		t.Helper()
		runs++
		r.states.Publish(state(strconv.Itoa(runs)))
		r.eventually("the run", func() bool { text, _ := os.ReadFile(hook + ".out"); return len(text) == 2*runs })
	}
	bad := func() {
		must.Do(t, os.WriteFile(hook+".bad", nil, 0o600))
	}
	bad()
	r.hook.Use(hook)
	r.run()
	publish()
	r.hears("does not work: exit status 3: no such host")
	publish()
	publish()
	must.Do(t, os.Remove(hook+".bad"))
	publish()
	bad()
	publish()
	r.hears("exit status 3")
	r.logs(4, "hook: failed")
	r.logs(1, "hook: ran")
	if len(r.told) > 0 {
		t.Errorf("it tells %q again", <-r.told)
	}
}

func TestAnotherHookGetsTheLastState(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one, two := r.script("one", `cat >>"$0.out"`), r.script("two", `cat >>"$0.out"`)
	r.run()
	r.states.Publish(state("a"))
	r.hook.Use(one)
	r.eventually("the first", func() bool { return len(r.reports(one+".out")) == 1 })
	r.hook.Use(one) // no news
	r.hook.Use(two)
	r.eventually("the second", func() bool { return len(r.reports(two+".out")) == 1 })
	r.hook.Use("")
	r.states.Publish(state("b"))
	r.hook.Use(one)
	r.eventually("the first again", func() bool { return len(r.reports(one+".out")) == 2 })
	if got := len(r.reports(two + ".out")); got != 1 {
		t.Errorf("the second ran %d times", got)
	}
}

// Only one who could have done no harm otherwise is believed.
func TestUnsafeHooksAreNotRun(t *testing.T) {
	r := newRig(t)
	hook := r.script("hook", `cat >>"$0.out"`)
	config := filepath.Join(r.dir, "config.toml")
	must.Do(t, os.WriteFile(config, nil, 0o600))
	r.hook.opts.Config = config
	must.Do(t, os.Chmod(hook, 0o777))
	r.hook.Use(hook)
	r.run()
	r.states.Publish(state("a"))
	r.hears("can be written by everybody (mode 0777); run chmod o-w on it")
	must.Do(t, os.Chmod(hook, 0o700))
	must.Do(t, os.Chmod(config, 0o666))
	r.states.Publish(state("b"))
	r.hears("the file that names it is not safe: " + config + " can be written by everybody")
	must.Do(t, os.Chmod(config, 0o600))
	r.states.Publish(state("c"))
	r.eventually("the run", func() bool { return len(r.reports(hook+".out")) > 0 })
	if got := r.reports(hook + ".out"); len(got) != 1 || got[0].State.Email != "c" {
		t.Errorf("it has run with %+v", got)
	}
}

func TestTrusted(t *testing.T) {
	r := newRig(t)
	good := r.script("good", "")
	mkdir := func(name string, mode os.FileMode) string {
		path := filepath.Join(r.dir, name)
		must.Do(t, os.Mkdir(path, 0o700))
		must.Do(t, os.Chmod(path, mode))
		return path
	}
	link := func(to, name string) string {
		path := filepath.Join(r.dir, name)
		must.Do(t, os.Symlink(to, path))
		return path
	}
	copied := func(dir string) string {
		return r.script(filepath.Join(filepath.Base(dir), "hook"), "")
	}
	open, sticky := mkdir("open", 0o777), mkdir("sticky", 0o777|os.ModeSticky)
	plain := r.script("plain", "")
	must.Do(t, os.Chmod(plain, 0o600))
	tests := map[string]struct {
		program string
		real    string // "" when it is not trusted
		says    string
	}{
		"a file":              {good, good, ""},
		"a link":              {link("good", "link"), good, ""},
		"a link to a link":    {link(filepath.Join(r.dir, "link"), "link2"), good, ""},
		"through a link":      {filepath.Join(link("..", "sub"), filepath.Base(r.dir), "good"), good, ""},
		"in a sticky folder":  {copied(sticky), filepath.Join(sticky, "hook"), ""},
		"in an open folder":   {copied(open), "", "open can be written by everybody (mode 0777)"},
		"a link in one":       {link(good, "open/link"), "", "open can be written by everybody"},
		"a link to one":       {link(filepath.Join(open, "hook"), "link3"), "", "open can be written by everybody"},
		"a relative path":     {"good", "", "not an absolute path"},
		"nothing":             {filepath.Join(r.dir, "none"), "", "no such file"},
		"a folder":            {r.dir, "", "not a file that can be run"},
		"not executable":      {plain, "", "not executable; run chmod +x"},
		"a link in a circle":  {link("circle", "circle"), "", "too many symbolic links"},
		"a file as a folder":  {filepath.Join(good, "x"), "", "not a directory"},
		"dots are understood": {r.dir + "/./open/../good", good, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Trusted(tt.program)
			if got != tt.real || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Trusted = %q, %v, want %q, %q", got, err, tt.real, tt.says)
			}
		})
	}
}

// Another user's file is not run, nor one in another user's folder.
func TestTrustedOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("only root can give files away: a file of root's is looked at, which is trusted")
		if _, err := Trusted("/bin/sh"); err != nil {
			t.Error(err)
		}
		return
	}
	const nobody = 65534
	r := newRig(t)
	theirs := r.script("theirs", "")
	must.Do(t, os.Chown(theirs, nobody, nobody))
	folder := filepath.Join(r.dir, "folder")
	must.Do(t, os.Mkdir(folder, 0o755))
	ours := r.script("folder/ours", "")
	must.Do(t, os.Chown(folder, nobody, nobody))
	group := r.script("group", "")
	must.Do(t, os.Chown(group, 0, nobody))
	must.Do(t, os.Chmod(group, 0o770))
	for path, says := range map[string]string{
		theirs: "theirs belongs to another user", ours: "folder belongs to another user",
		group: "group can be written by its group (mode 0770); run chmod g-w on it",
	} {
		var unsafe *UnsafeError
		if _, err := Trusted(path); !errors.As(err, &unsafe) || !strings.Contains(err.Error(), says) {
			t.Errorf("Trusted(%s) = %v, want %q", path, err, says)
		}
	}
}

// The hooks of several homes are one program: they wait for each other, and the
// one that has waited gets what is newest then.
func TestHooksOfSeveralHomesTakeTurns(t *testing.T) {
	t.Parallel()
	one, two := newRig(t), newRig(t)
	one.hook.opts.Lock = filepath.Join(one.dir, "lock")
	two.hook.opts.Lock = one.hook.opts.Lock
	gate := one.fifo("gate")
	hook := one.script("hook", `mkdir "$0.running" || echo twice >"$0.twice"
cat >>"$0.out"
read go <"`+gate+`"
rmdir "$0.running"`)
	for _, r := range []*rig{one, two} {
		r.hook.Use(hook)
		r.run()
	}
	one.states.Publish(state("one"))
	one.eventually("the first run", func() bool { return len(one.reports(hook+".out")) == 1 })
	two.states.Publish(state("old"))
	two.states.Publish(state("two"))
	one.open(gate)
	one.eventually("the second run", func() bool { return len(one.reports(hook+".out")) == 2 })
	if got := one.reports(hook + ".out")[1].State.Email; got != "two" {
		t.Errorf("the second home's hook gets %q", got)
	}
	one.open(gate)
	two.logs(1, "hook: ran")
	if _, err := os.Stat(hook + ".twice"); err == nil {
		t.Error("two ran at once")
	}
	// One that waits for its turn ends with its context.
	one.states.Publish(state("again"))
	one.eventually("the third run", func() bool { return len(one.reports(hook+".out")) == 3 })
	two.states.Publish(state("late"))
	two.stop()
	one.open(gate)
	one.logs(2, "hook: ran")
	if got := len(one.reports(hook + ".out")); got != 3 {
		t.Errorf("it ran %d times", got)
	}
}
