package keeper

import (
	"bytes"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rekey/auth"
)

// kept are the facts of a sign-in that is to be kept and whose access token
// lives that long from monday on.
func kept(life time.Duration, change ...func(*facts)) facts {
	f := facts{
		Issued: monday, Expires: monday.Add(life), LastRefresh: monday,
		KeepFresh: true, Seed: 7,
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func TestDue(t *testing.T) {
	own := part(7, drawLead, leadSpread)
	short := func(life time.Duration) time.Duration { return part(7, drawLead, life/16) }
	undated := func(f *facts) { f.Unused = true }
	opaque := func(f *facts) { f.Issued, f.Expires = time.Time{}, time.Time{} }
	for _, tt := range []struct {
		name   string
		facts  facts
		want   time.Time // zero: never
		reason auth.RefreshReason
	}{
		{"ten days", kept(240 * time.Hour), monday.Add(240*time.Hour - 30*time.Minute - own), auth.RefreshProactive},
		{"three hours", kept(3 * time.Hour), monday.Add(150*time.Minute - own), auth.RefreshProactive},
		{"a second less", kept(3*time.Hour - time.Second), monday.Add((3*time.Hour-time.Second)*3/4 - short(3*time.Hour-time.Second)), auth.RefreshProactive},
		{"an hour", kept(time.Hour), monday.Add(45*time.Minute - short(time.Hour)), auth.RefreshProactive},
		{"a quarter is twice Codex's window", kept(40 * time.Minute), monday.Add(30*time.Minute - short(40*time.Minute)), auth.RefreshProactive},
		{"at least twice Codex's window", kept(24 * time.Minute), monday.Add(14*time.Minute - short(24*time.Minute)), auth.RefreshProactive},
		{"at most half its life", kept(20 * time.Minute), monday.Add(10 * time.Minute), auth.RefreshProactive},
		{"half its life", kept(12 * time.Minute), monday.Add(6 * time.Minute), auth.RefreshProactive},
		{"on Codex's heels", kept(10 * time.Minute), monday.Add(5 * time.Minute), auth.RefreshProactive},
		{"ten seconds", kept(10 * time.Second), monday.Add(5 * time.Second), auth.RefreshProactive},
		{"issued at an unknown time", kept(time.Hour, func(f *facts) { f.Issued = time.Time{} }),
			monday.Add(30*time.Minute - own), auth.RefreshProactive},
		{"issued after its end", kept(time.Hour, func(f *facts) { f.Issued = f.Expires.Add(time.Hour) }),
			monday.Add(30*time.Minute - own), auth.RefreshProactive},
		{"without last_refresh", kept(time.Hour, func(f *facts) { f.LastRefresh = time.Time{} }),
			monday.Add(45*time.Minute - short(time.Hour)), auth.RefreshProactive},
		{"opaque", kept(0, opaque), monday.Add(7 * 24 * time.Hour), auth.RefreshScheduled},
		{"opaque with Go's zero time", kept(0, opaque, func(f *facts) { f.LastRefresh = time.Time{} }),
			time.Time{}.Add(maxAge), auth.RefreshScheduled},
		{"undated", kept(time.Hour, undated), longAgo, auth.RefreshScheduled},
		{"opaque and undated", kept(0, opaque, undated), longAgo, auth.RefreshScheduled},
		{"that nobody can refresh", kept(time.Hour, func(f *facts) { f.Obstacle = auth.ObstacleNoAccount }), time.Time{}, ""},
		{"refused", kept(time.Hour, func(f *facts) { f.Refused = true }), time.Time{}, ""},
		{"switched off", kept(time.Hour, func(f *facts) { f.KeepFresh = false }), time.Time{}, ""},
		{"an end that nobody will see", kept(0, func(f *facts) { f.Expires = time.Date(262142, 1, 1, 0, 0, 0, 0, time.UTC) }), time.Time{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, reason := due(tt.facts)
			if !got.Equal(tt.want) || reason != tt.reason {
				t.Errorf("due = %v %q, want %v %q", got, reason, tt.want, tt.reason)
			}
		})
	}
}

// TestDueIsAheadOfCodex: a refresh is never due inside Codex's window, except
// for lives so short that they are nearly all window, and never in the first
// half of a life.
func TestDueIsAheadOfCodex(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		life := time.Second + time.Duration(random.Int64N(int64(1)<<random.Int64N(51)))
		f := kept(life, func(f *facts) { f.Seed = random.Uint64() })
		at, _ := due(f)
		if life >= 2*auth.CodexWindow && at.After(opens(f)) {
			t.Fatalf("life %v: due %v before the end, in Codex's window", life, f.Expires.Sub(at))
		}
		if at.Before(f.Issued.Add(life / 2)) {
			t.Fatalf("life %v: due after %v, less than half of it", life, at.Sub(f.Issued))
		}
		if !at.Before(f.Expires) {
			t.Fatalf("life %v: due %v after the end", life, at.Sub(f.Expires))
		}
	}
}

// TestSeedsSpread: fingerprints that differ in one letter get different leads,
// and each quarter of the span gets its share.
func TestSeedsSpread(t *testing.T) {
	var quarters [4]int
	const n = 4000
	for i := range n {
		d := part(seedOf(hash([]byte{byte(i), byte(i >> 8)})), drawLead, leadSpread)
		quarters[int(d*4/leadSpread)]++
	}
	for i, got := range quarters {
		if got < n/5 || got > n*3/10 {
			t.Errorf("quarter %d has %d of %d", i+1, got, n)
		}
	}
}

// The log says what the keeper waits for, or why for nothing, once each.
func TestTheKeeperSaysWhatItWaitsFor(t *testing.T) {
	var log bytes.Buffer
	k := New(Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	at := time.Date(2026, time.March, 23, 12, 0, 0, 0, time.UTC)
	kept := situation{facts: facts{KeepFresh: true}}
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
