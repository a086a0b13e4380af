package bench_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/must"
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
	b.Run("one-shots", r.oneShots)
	b.Run("dead sign-in", r.deadSignIn)
	b.Run("file to state", r.fileToState)
	b.Run("encrypted", r.encrypted)
	b.Run("tray", r.tray)
	b.Run("window", r.window)
	b.Run("faces", r.faces)
	b.Run("idle", r.idle)
	b.Run("at work", r.atWork)
	b.Run("homes", r.homes)
	b.Run("size", r.size)
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
	s := must.Get(sandbox.New(life))(b)
	b.Cleanup(s.Close)
	must.Do(b, s.SignIn(life))
	return s
}

// keep starts an agent for the world's home and returns when it answers.
func (r *rivals) keep(b *testing.B, w *sandbox.Sandbox) *sandbox.Process {
	b.Helper()
	agent := must.Get(w.Start(func([]byte) {}, r.rekey, "watch"))(b)
	client := must.Get(w.Attach(b.Context()))(b)
	must.Do(b, client.Close())
	return agent
}

// codex is the real Codex: the executable, not npm's script that starts it.
func codex(b *testing.B) (program string) {
	b.Helper()
	_, program = kit.Codex(b)
	return program
}

// compiled builds a program, as Rekey is built, and returns its path.
func (r *rivals) compiled(b *testing.B, name, pkg string, flags ...string) string {
	b.Helper()
	path := filepath.Join(filepath.Dir(r.rekey), name)
	build := exec.Command("go", append(append([]string{"build", "-o", path}, flags...), pkg)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", build, err, out)
	}
	return path
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

// interleave measures several things in turn, in another order each time, so that
// none has the better times of the machine, or always follows one that has filled the
// processor's caches.
func interleave(b *testing.B, measures ...func()) {
	for b.Loop() {
		for range batch {
			for _, i := range rand.Perm(len(measures)) {
				measures[i]()
			}
		}
	}
	b.ReportMetric(0, "ns/op") // would be of all together
}

// roundTrip: getAuthStatus over standard input and output.
func (r *rivals) roundTrip(b *testing.B) {
	program := codex(b)
	w := newWorld(b)
	ask := func(program string) func() {
		a := must.Get(w.StartAppServer(b.Context(), program))(b)
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
