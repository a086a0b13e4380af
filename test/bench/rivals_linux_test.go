package bench_test

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/sandbox"
)

// life is how long the access tokens live: nothing is due while we measure.
const life = 4 * time.Hour

// quiet is a folder for sandboxes in which nobody else works. Whoever watches
// a path is woken by what others do in the folders above, and in the system's
// temporary folder that is a lot.
const quiet = "/dev/shm"

// BenchmarkRivals measures everything and prints the table.
func BenchmarkRivals(b *testing.B) {
	if _, err := os.Stat(quiet); err == nil {
		b.Setenv("TMPDIR", quiet)
	}
	r := &rivals{table: &table{}, rekey: kit.Rekey(b)}
	b.Run("round trip", r.roundTrip)
	b.Run("status", r.status)
	b.Run("dead sign-in", r.deadSignIn)
	b.Run("file to state", r.fileToState)
	b.Run("tray", r.tray)
	b.Run("window", r.window)
	b.Run("idle", r.idle)
	r.table.print(os.Stdout)
}

// rivals is the program that is measured, and what came of it.
type rivals struct {
	rekey string
	built bare
	table *table
}

// world is a sandbox that ends with its benchmark. Ada is signed in.
func newWorld(b *testing.B) *sandbox.Sandbox {
	b.Helper()
	s, err := sandbox.New(life)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	must(b, s.SignIn(life))
	return s
}

// codex is the real Codex: what people start, and the executable behind it.
func codex(b *testing.B) (command, program string) {
	b.Helper()
	return kit.Codex(b)
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// samples are measurements of one thing.
type samples []float64

// add measures how long do takes, in milliseconds.
func (s *samples) add(do func()) {
	began := time.Now()
	do()
	*s = append(*s, milliseconds(time.Since(began)))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile returns the value below which this percentage of the samples is.
func (s samples) quantile(percent int) float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[(len(sorted)-1)*percent/100]
}

// batch is how many interleaved measurements are made at least.
const batch = 50

// interleave measures several things in turn, beginning with another one each
// time, so that none of them has the better times of the machine.
func interleave(b *testing.B, measures ...func()) {
	for b.Loop() {
		for i := range batch {
			for j := range measures {
				measures[(i+j)%len(measures)]()
			}
		}
	}
	b.ReportMetric(0, "ns/op") // would be of all together
}

// roundTrip: getAuthStatus over standard input and output.
func (r *rivals) roundTrip(b *testing.B) {
	_, program := codex(b)
	w := newWorld(b)
	ask := func(program string) func() {
		a, err := w.StartAppServer(b.Context(), program)
		must(b, err)
		return func() {
			if st, err := a.AuthStatus(b.Context(), false); err != nil || st.Token == "" {
				b.Fatalf("%s has no token: %v", program, err)
			}
		}
	}
	var ours, theirs samples
	askOurs, askTheirs := ask(r.rekey), ask(program)
	interleave(b, func() { ours.add(askOurs) }, func() { theirs.add(askTheirs) })
	r.table.add(b, row{
		what: "getAuthStatus over stdio, median", unit: "ms", digits: 3, goal: 0.25,
		rival: "codex app-server", ours: ours.quantile(50), theirs: theirs.quantile(50),
	})
}

// status: a whole process that says how the sign-in is. Codex from npm is a
// script that starts the executable, and that is what people start.
func (r *rivals) status(b *testing.B) {
	command, program := codex(b)
	w := newWorld(b)
	run := func(program string, args ...string) func() {
		return func() { must(b, w.Command(context.Background(), program, args...).Run()) }
	}
	var ours, prompt, theirs, bare samples
	runOurs, runTheirs, runBare := run(r.rekey, "status"), run(command, "login", "status"), run(program, "login", "status")
	runPrompt := run(r.rekey, "prompt")
	interleave(b, func() { ours.add(runOurs) }, func() { prompt.add(runPrompt) }, func() { theirs.add(runTheirs) }, func() { bare.add(runBare) })
	r.table.add(b, row{
		what: "status as a process, median", unit: "ms", digits: 1, goal: 0.1,
		rival: "codex login status", ours: ours.quantile(50), theirs: theirs.quantile(50),
	})
	r.table.add(b, row{
		what: "", unit: "ms", digits: 1,
		rival: "the same without npm's script", ours: ours.quantile(50), theirs: bare.quantile(50),
	})
	r.table.add(b, row{
		what: "prompt as a process, median", unit: "ms", digits: 1, goal: 0.1,
		rival: "codex login status", ours: prompt.quantile(50), theirs: theirs.quantile(50),
	})
}
