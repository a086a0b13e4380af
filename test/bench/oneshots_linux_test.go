package bench_test

import (
	"context"
	"os"
	"testing"
)

// oneShots: whole processes that say how the sign-in is and end, beside a
// program that says hello and the real Codex. An agent is running.
func (r *rivals) oneShots(b *testing.B) {
	program := codex(b)
	hello := r.compiled(b, "hello", "./testdata/hello")
	w := newWorld(b)
	r.keep(b, w)
	commands := [][]string{{hello}, {program, "login", "status"}, {r.rekey, "status"}, {r.rekey, "prompt"}, {r.rekey, "token"}}
	taken := make([]samples, len(commands))
	var measures []func()
	for i, argv := range commands {
		measures = append(measures, func() {
			taken[i].add(func() { must(b, w.Command(context.Background(), argv[0], argv[1:]...).Run()) })
		})
	}
	interleave(b, measures...)
	for i, argv := range commands[2:] {
		for j, rival := range []row{
			{rival: "hello, world in Go", goal: 2},
			{rival: "codex login status", goal: 0.08},
		} {
			rival.what, rival.unit, rival.digits = argv[1]+" as a process, median", "ms", 1
			rival.ours, rival.theirs = taken[2+i].quantile(50), taken[j].quantile(50)
			r.table.add(b, rival)
		}
	}
}

// size: the program without its symbols, as the packages have it.
func (r *rivals) size(b *testing.B) {
	bare := r.bare(b)
	for b.Loop() {
		ours := r.compiled(b, "rekey-stripped", "rekey", "-ldflags=-s -w")
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
	info, err := os.Stat(path)
	must(b, err)
	return float64(info.Size()) / 1e6
}
