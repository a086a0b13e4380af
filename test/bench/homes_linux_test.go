package bench_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// starts is how often an agent is started for each number of homes.
const starts = 3

// homes: what a home more costs an agent that has many, from 100 to 200 beside
// from 1 to 100. It is linear if the ratio is 1.
func (r *rivals) homes(b *testing.B) {
	for b.Loop() {
		counts := [3]int{1, 100, 200}
		var took, worked, memory [3]samples
		for range starts {
			for i, n := range counts {
				ms, cpu, mb := r.fleet(b, n)
				took[i] = append(took[i], ms)
				worked[i] = append(worked[i], cpu)
				memory[i] = append(memory[i], mb)
			}
		}
		each := func(of [3]samples, i int) float64 {
			return 1000 * (of[i].quantile(50) - of[i-1].quantile(50)) / float64(counts[i]-counts[i-1])
		}
		r.table.add(b, row{
			what: "200 homes on one agent: memory for each", unit: "kB", goal: 1.2,
			rival: "with 100 homes", ours: each(memory, 2), theirs: each(memory, 1),
		})
		r.table.add(b, row{
			what: "200 homes on one agent: start of each", unit: "µs", goal: 1.2,
			rival: "with 100 homes", ours: each(took, 2), theirs: each(took, 1),
		})
		r.table.add(b, row{ // what it takes on a machine that has other work to do, too
			what: "200 homes on one agent: CPU of the start of each", unit: "µs", goal: 1.2,
			rival: "with 100 homes", ours: each(worked, 2), theirs: each(worked, 1),
		})
	}
	b.ReportMetric(0, "ns/op") // it would be of all together
}

// fleet starts an agent for so many homes, and returns after how many
// milliseconds it has told all their States, how many of them it was running,
// and how many megabytes it takes.
func (r *rivals) fleet(b *testing.B, n int) (took, worked, resident float64) {
	w := newWorld(b)
	defer w.Close()
	args := []string{"watch", "--format", "json"}
	for i := range n {
		home := must.Get(box.NewHome(filepath.Join(filepath.Dir(w.Home.Dir()), fmt.Sprint("home-", i))))(b)
		must.Do(b, home.Replace(box.AuthJSON(box.WithExpiry(time.Now().Add(life)), box.WithRefreshToken(fmt.Sprint("fake-", i)))))
		args = append(args, "--home", home.Dir())
	}
	told := make(chan string, 16*n) // some say more than once
	began := time.Now()
	agent, err := w.Start(func(line []byte) {
		var report struct {
			Home  string
			State struct{ Status auth.Status }
		}
		if json.Unmarshal(line, &report) == nil && report.State.Status == auth.StatusHealthy {
			told <- report.Home
		}
	}, r.rekey, args...)
	must.Do(b, err)
	for homes := make(map[string]bool); len(homes) < n; {
		homes[kit.Receive(b, fmt.Sprintf("home %d of %d", len(homes)+1, n), told)] = true
	}
	took = milliseconds(time.Since(began))
	for _, thread := range used(b, agent.PID()) {
		worked += thread.cpu
	}
	<-time.After(settled)
	return took, worked, memory(b, agent.PID(), "VmRSS:")
}
