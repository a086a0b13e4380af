//go:build unix

package hook

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

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
