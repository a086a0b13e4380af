package bench_test

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"
	"text/tabwriter"

	"rekey/test/kit"
)

// row is one comparison. Smaller is better in all of them.
type row struct {
	what, unit, rival string
	digits            int // after the point
	ours, theirs      float64
	goal              float64 // the greatest ratio that is good, 0 for no goal
	most              float64 // instead of goal: the greatest of ours that is good
}

// ratio is how much of the rival's we need.
func (r row) ratio() float64 { return r.ours / r.theirs }

// verdict is what there is to reach, and whether it is.
func (r row) verdict() (goal, verdict string) {
	is, most, unit := r.ratio(), r.goal, ""
	if r.most != 0 {
		is, most, unit = r.ours, r.most, " "+r.unit
	}
	switch {
	case most == 0:
		return "", ""
	case is > most:
		verdict = "MISSED"
	default:
		verdict = "met"
	}
	return "≤ " + strconv.FormatFloat(most, 'g', -1, 64) + unit, verdict
}

// table collects the rows. One goroutine uses it.
type table struct{ rows []row }

// add takes a row in, and shows it as a result of the benchmark too.
func (t *table) add(b *testing.B, r row) {
	t.rows = append(t.rows, r)
	if r.goal != 0 || r.most != 0 {
		b.ReportMetric(r.ours, "ours-"+r.unit)
		b.ReportMetric(r.theirs, "theirs-"+r.unit)
		b.ReportMetric(r.ratio(), "ratio-"+r.unit)
	}
}

// print writes the table.
func (t *table) print(w io.Writer) {
	fmt.Fprintln(w)
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "what\tRekey\trival\t\tratio\tgoal\t")
	for _, r := range t.rows {
		goal, verdict := r.verdict()
		fmt.Fprintf(columns, "%s\t%.*f %s\t%.*f %s\t%s\t%.3g\t%s\t%s\n", r.what,
			r.digits, r.ours, r.unit, r.digits, r.theirs, r.unit, r.rival, r.ratio(), goal, verdict)
	}
	_ = columns.Flush() // to standard output
	fmt.Fprintln(w)
}

func TestMain(m *testing.M) { os.Exit(kit.Main(m)) }
