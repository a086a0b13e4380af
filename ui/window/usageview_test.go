package window

import (
	"slices"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/ui/words"
	"rekey/usage"
)

// TestUsageOf: what is not known is not drawn as nothing, and more than all is
// drawn as all.
func TestUsageOf(t *testing.T) {
	t.Parallel()
	full, w := exhausted(), words.English()
	v := UsageOf(w, full, kit.State(auth.StatusHealthy, moment), nil, moment)
	if len(v.Rows) != 2 || v.Rows[0].Used != 1 || !v.Rows[0].Full || v.Rows[1].Used >= 0 || v.Rows[1].Gone >= 0 || v.Plotted != "" {
		t.Errorf("the rows are %+v, the plot %q", v.Rows, v.Plotted)
	}
	if want := []string{"The backend was not reached. Check the network. Rekey can ask again at 11:06.", "As of 09:05"}; !slices.Equal(v.Notes, want) {
		t.Errorf("the notes are %q, want %q", v.Notes, want)
	}
	// Later, when the full window has been reset, nothing is known of it.
	if v = UsageOf(w, full, kit.State(auth.StatusHealthy, moment), nil, moment.Add(time.Hour)); v.Rows[0].Used >= 0 || v.Rows[0].Full {
		t.Errorf("after the reset the row is %+v", v.Rows[0])
	}
	v = UsageOf(w, measured(5), kit.State(auth.StatusHealthy, moment), week(), moment)
	if len(v.Rows) != 5 || v.Rows[1].Gone < 0.5 || v.Rows[1].Pace == "" || v.Plotted != "Week, the last seven days" || len(v.Plot) < 160 {
		t.Errorf("the rows are %+v, the plot %q of %d", v.Rows, v.Plotted, len(v.Plot))
	}
	if v = UsageOf(w, usage.Usage{Problem: usage.ProblemSignedOut}, kit.State(auth.StatusSignedOut, moment), nil, moment); len(v.Rows)+len(v.Notes) > 0 {
		t.Errorf("without anything to tell: %+v", v)
	}
}
