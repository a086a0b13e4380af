package auth

import (
	"slices"
	"time"
)

// ActivityKind says what happened to a home's sign-in. The values are stable:
// they are stored and sent over the agent's socket.
type ActivityKind string

// The kinds.
const (
	// ActivityRefreshed: this program refreshed the tokens and saved them.
	ActivityRefreshed ActivityKind = "renewed"
	// ActivityAdopted: another program refreshed the tokens and this one
	// adopted them.
	ActivityAdopted ActivityKind = "adopted"
	// ActivityRefused: the authorization server refused for good; see Reason.
	ActivityRefused ActivityKind = "refused"
	// ActivityFailed: a refresh failed and may succeed later.
	ActivityFailed ActivityKind = "failed"
	// ActivityLost: a refresh was sent and no answer came.
	ActivityLost ActivityKind = "answer_lost"
	// ActivityUnsaved: new tokens arrived and could not be saved yet.
	ActivityUnsaved ActivityKind = "unsaved"
	// ActivitySignedIn: the store holds the credentials of a new sign-in.
	ActivitySignedIn ActivityKind = "signed_in"
	// ActivitySignedOut: the store no longer holds credentials.
	ActivitySignedOut ActivityKind = "signed_out"
)

// Activity is one line of a home's recent past. It holds no token and no e-mail
// address, only a short fingerprint of the credentials.
type Activity struct {
	// At is when it happened, UTC.
	At   time.Time    `json:"at"`
	Kind ActivityKind `json:"kind"`
	// Reason is set for ActivityRefused.
	Reason Reason `json:"reason,omitempty"`
	// Fingerprint is the shortened fingerprint of the credentials, enough to
	// tell them apart; "" for none.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Count is how often this happened in a row, the last time At; at least 1.
	Count int `json:"count"`
}

// MaxActivities is how many activities are kept.
const MaxActivities = 200

// together is how far apart two processes may report the same event.
const together = time.Minute

// AppendActivity adds a to kept, which is sorted oldest first. Several
// processes watch a home: an event that two of them report is kept once, as
// reported by the one that caused it. Repeated failures are merged into one
// with a Count. Only the newest MaxActivities stay.
func AppendActivity(kept []Activity, a Activity) []Activity {
	if n := len(kept); n > 0 && a.repeats(kept[n-1]) {
		if a.Kind == ActivitySignedOut {
			return kept
		}
		a.Count += kept[n-1].Count
		kept = kept[:n-1]
	}
	if i := a.same(kept); i >= 0 && (a.Kind == ActivityAdopted || kept[i].Kind == ActivityAdopted) {
		if kept[i].Kind == ActivityAdopted {
			kept[i].Kind = a.Kind
		}
		return kept
	}
	kept = append(kept, a)
	return kept[max(0, len(kept)-MaxActivities):]
}

// repeats reports whether a repeats last.
func (a Activity) repeats(last Activity) bool {
	return !a.arrival() && a.Kind == last.Kind && a.Reason == last.Reason && a.Fingerprint == last.Fingerprint
}

// arrival reports whether new tokens have come.
func (a Activity) arrival() bool {
	return a.Kind == ActivityRefreshed || a.Kind == ActivityAdopted || a.Kind == ActivitySignedIn
}

// same returns the index of the arrival of the same tokens that another process
// reported, or -1.
func (a Activity) same(kept []Activity) int {
	for i, k := range slices.Backward(kept) {
		if a.arrival() && k.arrival() && k.Fingerprint == a.Fingerprint && a.At.Sub(k.At).Abs() < together {
			return i
		}
	}
	return -1
}

// shortFingerprint is how much of a fingerprint an Activity and the log show.
const shortFingerprint = 8

// happened reports an activity with the credentials s, nil for none.
func (m *Manager) happened(kind ActivityKind, s *Snapshot, reason Reason) {
	a := Activity{At: clean(m.opts.Now()), Kind: kind, Reason: reason, Count: 1}
	if s.HasTokens() {
		a.Fingerprint = m.short(s)
	}
	m.opts.Activity(a)
}

// turn classifies another program's change from was to s; "" if it is not worth
// a line.
func turn(was, s *Snapshot) ActivityKind {
	switch {
	case s == nil && was == nil:
		return ""
	case s == nil:
		return ActivitySignedOut
	case !was.SameSignIn(s):
		return ActivitySignedIn
	case s.HasTokens() && was.AccessToken() != s.AccessToken():
		return ActivityAdopted
	}
	return ""
}
