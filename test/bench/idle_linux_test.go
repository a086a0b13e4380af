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
	_, codex := codex(b)
	bare := r.bare(b)
	for b.Loop() {
		headless := newWorld(b)
		agent, err := headless.Start(func([]byte) {}, r.rekey, "watch")
		must(b, err)
		client, err := headless.Attach(b.Context())
		must(b, err)
		must(b, client.Close())
		server, err := headless.StartAppServer(b.Context(), codex)
		must(b, err)
		_, err = server.AuthStatus(b.Context(), false)
		must(b, err)

		d := desktop.New(b)
		d.StartDisplay(b)
		d.StartWatcher(b)
		tray := d.Start(b, newWorld(b).Environ(), r.rekey)
		d.Item(b, tray) // it is shown
		rival := d.Start(b, nil, bare.tray)
		d.Item(b, rival)

		costs := idleCosts(b, agent.PID(), server.PID(), tray.PID(), rival.PID())
		r.idleRows(b, "of the agent", "codex app-server", costs[0], costs[1], cost{})
		r.idleRows(b, "with the tray", fyneTray, costs[2], costs[3], cost{0.15, 0.01, 0.01})
	}
	b.ReportMetric(0, "ns/op") // it is all waiting
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
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	must(b, err)
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
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	return number(b, fmt.Sprintf("/proc/%d/status", pid), "VmRSS:") / 1000
}

// number finds the first line of a file in /proc that begins with a name, and
// returns what it says. Memory is in kB there, times are in nanoseconds.
func number(b *testing.B, file, name string) (n float64) {
	b.Helper()
	content, err := os.ReadFile(file)
	must(b, err)
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
