package keeper

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"rekey/auth"
)

// The log says what the keeper waits for, or why for nothing, once each.
func TestTheKeeperSaysWhatItWaitsFor(t *testing.T) {
	var log bytes.Buffer
	k := New(Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	at := time.Date(2026, time.March, 23, 12, 0, 0, 0, time.UTC)
	kept := situation{Facts: Facts{KeepFresh: true}}
	with := func(change func(*situation)) situation { s := kept; change(&s); return s }
	for _, tt := range []struct {
		view view
		want string
	}{
		{view{situation: kept, plan: plan{do: refresh, at: at, reason: auth.RefreshProactive}}, "to=refresh until=2026-03-23T12:00:00.000Z why=proactive_expiry"},
		{view{situation: kept, plan: plan{do: save, at: at}}, "to=save"},
		{view{situation: kept, plan: plan{do: forgive, at: at}}, `to="ask once more"`},
		{view{situation: with(func(s *situation) { s.KeepFresh = false })}, "switched off"},
		{view{situation: with(func(s *situation) { s.Refused = true })}, "was refused"},
		{view{situation: with(func(s *situation) { s.Obstacle = auth.ObstacleNoAccount })}, "no_account"},
		{view{situation: with(func(s *situation) { s.answerLost = true })}, "may be spent"},
		{view{situation: kept}, "nothing is due"},
	} {
		log.Reset()
		for range 3 {
			k.note(tt.view)
		}
		if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, tt.want) || !strings.Contains(text, "keeper: ") {
			t.Errorf("the log says %q, want once %q", text, tt.want)
		}
	}
}
