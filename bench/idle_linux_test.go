package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/ui/uitest/desktop"
)

const (
	// settled is how long programs that have just started are left alone.
	settled = 3 * time.Second
	// watched is for how long their wake-ups are counted then.
	watched = 10 * time.Second
)

// What a tray program on Fyne costs that does nothing: measured once, for
// building one takes minutes (Debian 12, Fyne 2.8.1, two cores).
const (
	fyneTray      = "a bare Fyne tray (measured once)"
	fyneMegabytes = 102
	fyneWakeUps   = 27_327 / 6 // while ours are watched
	fyneStart     = 150        // ms until its icon is registered
)

// cost is what a program costs that does nothing.
type cost struct {
	megabytes float64 // resident
	wakeUps   float64 // voluntary context switches in the time that is watched
}

// idle: what the agent without a tray costs while nothing happens.
func (r *rivals) idle(b *testing.B) {
	_, program := codex(b)
	for b.Loop() {
		w := newWorld(b)
		agent, err := w.Start(func([]byte) {}, r.rekey, "watch")
		must(b, err)
		client, err := w.Attach(b.Context())
		must(b, err)
		must(b, client.Close())
		server, err := w.StartAppServer(b.Context(), program)
		must(b, err)
		_, err = server.AuthStatus(b.Context(), false)
		must(b, err)
		costs := idleCosts(b, agent.PID(), server.PID())
		r.table.add(b, row{
			what: "idle memory of the agent", unit: "MB", digits: 1,
			rival: "codex app-server", ours: costs[0].megabytes, theirs: costs[1].megabytes,
		})
		r.table.add(b, row{
			what: "idle for 10 s", unit: "wake-ups", rival: "codex app-server", ours: costs[0].wakeUps, theirs: costs[1].wakeUps,
		})
	}
	b.ReportMetric(0, "ns/op") // it is all waiting
}

// tray: how long after its start the program's icon is there.
func (r *rivals) tray(b *testing.B) {
	w := newWorld(b)
	d := desktop.New(b)
	d.StartWatcher(b)
	var ours samples
	for b.Loop() {
		var p *desktop.Process
		ours.add(func() {
			p = d.Start(b, w.Environ(), r.rekey)
			d.Item(b, p)
		})
		p.Kill(b)
	}
	b.ReportMetric(0, "ns/op") // would be with the end
	r.table.add(b, row{
		what: "start → icon registered, median", unit: "ms", digits: 1, goal: 0.2,
		rival: fyneTray, ours: ours.quantile(50), theirs: fyneStart,
	})
}

// idleTray: the same with a tray, on a bus of its own.
func (r *rivals) idleTray(b *testing.B) {
	for b.Loop() {
		w := newWorld(b)
		d := desktop.New(b)
		d.StartWatcher(b)
		tray := d.Start(b, w.Environ(), r.rekey)
		d.Item(b, tray) // it is shown
		c := idleCosts(b, tray.PID())[0]
		r.table.add(b, row{
			what: "idle memory with the tray", unit: "MB", digits: 1, goal: 0.15,
			rival: fyneTray, ours: c.megabytes, theirs: fyneMegabytes,
		})
		r.table.add(b, row{
			what: "idle for 10 s with the tray", unit: "wake-ups", goal: 0.01,
			rival: fyneTray, ours: c.wakeUps, theirs: fyneWakeUps,
		})
	}
	b.ReportMetric(0, "ns/op") // it is all waiting
}

// idleCosts watches processes in which nothing happens.
func idleCosts(b *testing.B, pids ...int) []cost {
	b.Helper()
	<-time.After(settled)
	before := make([]map[string]float64, len(pids))
	for i, pid := range pids {
		before[i] = wakeUps(b, pid)
	}
	<-time.After(watched)
	costs := make([]cost, len(pids))
	for i, pid := range pids {
		for thread, n := range wakeUps(b, pid) {
			costs[i].wakeUps += n - before[i][thread]
		}
		costs[i].megabytes = number(b, fmt.Sprintf("/proc/%d/status", pid), "VmRSS:") / 1000
	}
	return costs
}

// wakeUps counts the voluntary context switches of a process so far, for each
// of its threads.
func wakeUps(b *testing.B, pid int) map[string]float64 {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	must(b, err)
	n := make(map[string]float64, len(threads))
	for _, thread := range threads {
		n[thread] = number(b, thread, "voluntary_ctxt_switches:")
	}
	return n
}

// number finds a line of a file in /proc and returns what it says. Memory is
// in kB there.
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
