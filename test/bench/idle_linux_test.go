package bench_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/desktop"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// settled is how long programs that have just started are left alone.
const settled = 5 * time.Second

// watched is for how long their wake-ups are counted then.
var watched = flag.Duration("idle", 10*time.Second, "for how long idle programs are watched")

// cost is what a program costs that does nothing.
type cost struct {
	megabytes float64 // resident
	cpu       float64 // milliseconds in the time that is watched
	wakeUps   float64 // voluntary context switches in the time that is watched
}

// idle: what the agent costs while nothing happens, without a tray and with
// one, beside what others cost that have nothing to do. All are watched at the
// same time.
func (r *rivals) idle(b *testing.B) {
	program := codex(b)
	bare := r.bare(b)
	for b.Loop() {
		headless := newWorld(b)
		agent := r.keep(b, headless)
		server, err := headless.StartAppServer(b.Context(), program)
		must.Do(b, err)
		_, err = server.AuthStatus(b.Context(), false)
		must.Do(b, err)

		d := desktop.New(b)
		d.StartDisplay(b)
		d.StartWatcher(b)
		show := func(env []string, program string) *desktop.Process {
			p := d.Start(b, env, program)
			d.Item(b, p) // it is shown
			return p
		}
		busy := newWorld(b)
		r.lendAndAlert(b, busy)
		tray, full, rival := show(newWorld(b).Environ(), r.rekey), show(busy.Environ(), r.rekey), show(nil, bare.tray)
		lookAtUsage(b, busy)

		costs := idleCosts(b, agent.PID(), server.PID(), tray.PID(), full.PID(), rival.PID())
		r.idleRows(b, "of the agent", "codex app-server", costs[0], costs[1], cost{})
		r.idleRows(b, "with the tray", fyneTray, costs[2], costs[4], cost{0.13, 0.01, 0.01})
		r.idleRows(b, "with tray, usage and a loan", fyneTray, costs[3], costs[4], cost{0.13, 0.01, 0.01})
	}
	b.ReportMetric(0, "ns/op") // it is all waiting
}

// lendAndAlert lends the home's sign-in to another home and asks for alerts
// about usage.
func (r *rivals) lendAndAlert(b *testing.B, w *sandbox.Sandbox) {
	b.Helper()
	root := filepath.Dir(w.Home.Dir())
	w.Setenv("XDG_CONFIG_HOME", root) // the desktop has one, too
	must.Do(b, os.Mkdir(filepath.Join(root, "rekey"), 0o700))
	must.Do(b, os.WriteFile(filepath.Join(root, "rekey", "config.toml"), []byte("usage_alerts = [50, 90]\n"), 0o600))
	if out, err := w.Command(b.Context(), r.rekey, "lend", "home:"+filepath.Join(root, "borrower")).CombinedOutput(); err != nil {
		b.Fatalf("rekey lend: %v\n%s", err, out)
	}
}

// lookAtUsage has the home's agent ask for its usage.
func lookAtUsage(b *testing.B, w *sandbox.Sandbox) {
	b.Helper()
	client := must.Get(w.Attach(b.Context()))(b)
	defer client.Close()
	if u, err := client.LookAtUsage(b.Context()); err != nil || !u.Known() {
		b.Fatalf("no usage: %v, %v", u.Problem, err)
	}
}

func (r *rivals) idleRows(b *testing.B, what, rival string, ours, theirs, goal cost) {
	r.table.add(b, row{
		what: "idle memory " + what, unit: "MB", digits: 1, goal: goal.megabytes,
		rival: rival, ours: ours.megabytes, theirs: theirs.megabytes,
	})
	during := fmt.Sprintf("idle %s, %v: ", what, *watched)
	r.table.add(b, row{
		what: during + "CPU", unit: "ms", digits: 1, goal: goal.cpu, rival: rival, ours: ours.cpu, theirs: theirs.cpu,
	})
	r.table.add(b, row{
		what: during + "wake-ups", unit: "switches", goal: goal.wakeUps, rival: rival, ours: ours.wakeUps, theirs: theirs.wakeUps,
	})
}

// idleCosts watches processes in which nothing happens.
func idleCosts(b *testing.B, pids ...int) []cost {
	b.Helper()
	<-time.After(settled)
	before := make([]map[string]cost, len(pids))
	for i, pid := range pids {
		before[i] = used(b, pid)
	}
	<-time.After(*watched)
	costs := make([]cost, len(pids))
	for i, pid := range pids {
		for thread, c := range used(b, pid) {
			costs[i].wakeUps += c.wakeUps - before[i][thread].wakeUps
			costs[i].cpu += c.cpu - before[i][thread].cpu
		}
		costs[i].megabytes = resident(b, pid)
	}
	return costs
}

// used is what each thread of a process has used so far.
func used(b *testing.B, pid int) map[string]cost {
	b.Helper()
	threads := must.Get(filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid)))(b)
	if len(threads) == 0 {
		b.Fatalf("process %d has ended", pid)
	}
	all := make(map[string]cost, len(threads))
	for _, thread := range threads {
		all[thread] = cost{
			wakeUps: number(b, thread+"/status", "voluntary_ctxt_switches:"),
			cpu:     number(b, thread+"/schedstat", "") / float64(time.Millisecond),
		}
	}
	return all
}

// resident is the memory of a process in megabytes.
func resident(b *testing.B, pid int) float64 { return memory(b, pid, "VmRSS:") }

// memory is what the system calls by this name, in megabytes.
func memory(b *testing.B, pid int, name string) float64 {
	b.Helper()
	return number(b, fmt.Sprintf("/proc/%d/status", pid), name) / 1000
}

// switches are the voluntary context switches of a process.
func switches(b *testing.B, pid int) (n float64) {
	b.Helper()
	for _, thread := range used(b, pid) {
		n += thread.wakeUps
	}
	return n
}

// written is how often other files of the home are written while the agent is
// watched, and pause the time from one to the next.
const (
	written = 1000
	pause   = 2 * time.Millisecond
)

// atWork: how often the agent wakes while a Codex at work appends to its logs
// and its history.
func (r *rivals) atWork(b *testing.B) {
	for b.Loop() {
		w := newWorld(b)
		agent := r.keep(b, w)
		var files []*os.File
		for _, name := range []string{"history.jsonl", "log/codex-tui.log", "sessions/2026/11/28/rollout.jsonl"} {
			path := filepath.Join(w.Home.Dir(), name)
			must.Do(b, os.MkdirAll(filepath.Dir(path), 0o700))
			f := must.Get(os.Create(path))(b)
			defer f.Close()
			files = append(files, f)
		}
		<-time.After(settled)
		before := switches(b, agent.PID())
		pace := time.NewTicker(pause)
		for i := range written {
			<-pace.C
			_, err := files[i%len(files)].WriteString("{}\n")
			must.Do(b, err)
		}
		pace.Stop()
		r.table.add(b, row{
			what: "a Codex at work in the home: wake-ups", unit: "times", goal: 0.01,
			rival: "its writes", ours: switches(b, agent.PID()) - before, theirs: written,
		})
	}
	b.ReportMetric(0, "ns/op") // it is all waiting
}

// number finds the first line of a file in /proc that begins with a name, and
// returns what it says. Memory is in kB there, times are in nanoseconds.
func number(b *testing.B, file, name string) (n float64) {
	b.Helper()
	content := files.Read(b, file)
	for line := range strings.Lines(string(content)) {
		if value, ok := strings.CutPrefix(line, name); ok {
			if _, err := fmt.Sscan(value, &n); err != nil {
				b.Fatalf("%s: %s %v", file, name, err)
			}
			return n
		}
	}
	b.Fatalf("%s has no %s", file, name)
	return 0
}
