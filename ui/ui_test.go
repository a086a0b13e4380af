package ui_test

import (
	"testing"

	"rekey/auth"
	"rekey/ui"
)

// fromWorst are all statuses, the one that asks most for a look first.
var fromWorst = []auth.Status{
	"new", auth.StatusSignInRequired, auth.StatusUnreadable, auth.StatusExpiring, auth.StatusWaiting,
	auth.StatusSignedOut, auth.StatusRefreshing, auth.StatusHealthy, auth.StatusExternal, auth.StatusAPIKey,
}

func TestWorst(t *testing.T) {
	if len(fromWorst) != len(auth.Statuses())+1 {
		t.Fatalf("%d statuses in order, want all %d and one that is not known", len(fromWorst), len(auth.Statuses()))
	}
	if got := ui.Worst(); got != -1 {
		t.Errorf("the worst of none is %d", got)
	}
	for i, worse := range fromWorst {
		for j, better := range fromWorst {
			want := 0
			if j < i {
				want = 1
			}
			if got := ui.Worst(auth.State{Status: worse}, auth.State{Status: better}); got != want {
				t.Errorf("of %q and %q the worse is number %d, want %d", worse, better, got, want)
			}
		}
	}
}
