package bench_test

import (
	"context"
	"os"
	"testing"

	"rekey/test/kit/must"
)

// oneShots: whole processes that say how the sign-in is and end, beside a
// program that says hello, the same with net/http linked, and the real Codex. An
// agent is running.
func (r *rivals) oneShots(b *testing.B) {
	w := newWorld(b)
	r.keep(b, w)
	rivals := []struct {
		row
		argv []string
	}{
		{row{rival: "hello, world in Go", goal: 2}, []string{r.compiled(b, "hello", "./testdata/hello")}},
		{row{rival: "the same with net/http linked"}, []string{r.compiled(b, "hellonet", "./testdata/hellonet")}},
		{row{rival: "codex login status", goal: 0.08}, []string{codex(b), "login", "status"}},
	}
	ours := []string{"status", "prompt", "token"}
	taken := make([]samples, len(rivals)+len(ours))
	var measures []func()
	measure := func(argv ...string) {
		samples := &taken[len(measures)]
		measures = append(measures, func() {
			samples.add(func() { must.Do(b, w.Command(context.Background(), argv[0], argv[1:]...).Run()) })
		})
	}
	for _, rival := range rivals {
		measure(rival.argv...)
	}
	for _, command := range ours {
		measure(r.rekey, command)
	}
	interleave(b, measures...)
	for i, command := range ours {
		for j, rival := range rivals {
			rival.what, rival.unit, rival.digits = command+" as a process, median", "ms", 1
			rival.ours, rival.theirs = taken[len(rivals)+i].quantile(50), taken[j].quantile(50)
			r.table.add(b, rival.row)
		}
	}
}

// size: the program without its symbols, as the packages have it.
func (r *rivals) size(b *testing.B) {
	bare := r.bare(b)
	for b.Loop() {
		ours := r.compiled(b, "rekey-stripped", "rekey", "-tags=nethttpomithttp2", "-ldflags=-s -w")
		r.table.add(b, row{
			what: "size of the program", unit: "MB", digits: 2, most: 14,
			rival: fyneTray + " with symbols", ours: megabytes(b, ours), theirs: megabytes(b, bare.tray),
		})
	}
	b.ReportMetric(0, "ns/op") // it is the compiler's time
}

// megabytes is the size of a file.
func megabytes(b *testing.B, path string) float64 {
	b.Helper()
	info := must.Get(os.Stat(path))(b)
	return float64(info.Size()) / 1e6
}
