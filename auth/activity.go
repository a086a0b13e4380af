package auth

import (
	"slices"
	"time"
)

// ActivityKind says what happened to a home's sign-in. The values are stable:
// they are stored and stand on the agent's socket.
type ActivityKind string

// The kinds.
const (
	// ActivityRefreshed: this program refreshed the tokens and saved them.
	ActivityRefreshed ActivityKind = "renewed"
	// ActivityAdopted: another program refreshed them, and they were taken over.
	ActivityAdopted ActivityKind = "adopted"
	// ActivityRefused: the authorization server refused for good; see Reason.
	ActivityRefused ActivityKind = "refused"
	// ActivityFailed: a refresh did not work and may work later.
	ActivityFailed ActivityKind = "failed"
	// ActivityLost: a refresh was sent and no answer came.
	ActivityLost ActivityKind = "answer_lost"
	// ActivityUnsaved: new tokens arrived and could not be saved yet.
	ActivityUnsaved ActivityKind = "unsaved"
	// ActivitySignedIn: there are credentials of a new sign-in.
	ActivitySignedIn ActivityKind = "signed_in"
	// ActivitySignedOut: there are none any more.
	ActivitySignedOut ActivityKind = "signed_out"
)

// Activity is one line of a home's recent past. It holds no token and no e-mail
// address; of credentials it knows the fingerprint.
type Activity struct {
	// At is when it happened, UTC.
	At   time.Time    `json:"at"`
	Kind ActivityKind `json:"kind"`
	// Reason is set for ActivityRefused.
	Reason Reason `json:"reason,omitempty"`
	// Fingerprint is that of the credentials concerned, cut short: enough to
	// tell them apart, "" for none.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Count is how often the same happened in a row, ending At; at least 1.
	Count int `json:"count"`
}

// MaxActivities is how many a Timeline keeps.
const MaxActivities = 200

// together is within which time two processes tell of the same event.
const together = time.Minute

// AppendActivity adds a to what is kept, the oldest first. Several processes
// watch a home: what two of them tell of one event is kept once, in the words
// of the one that caused it. A failure that repeats itself becomes one with a
// Count. The oldest beyond MaxActivities go.
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

// repeats reports whether a is what last was, once more.
func (a Activity) repeats(last Activity) bool {
	return !a.arrival() && a.Kind == last.Kind && a.Reason == last.Reason && a.Fingerprint == last.Fingerprint
}

// arrival reports whether new tokens have come.
func (a Activity) arrival() bool {
	return a.Kind == ActivityRefreshed || a.Kind == ActivityAdopted || a.Kind == ActivitySignedIn
}

// same finds the arrival of the same tokens that another process has told of, -1
// for none.
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

// happened tells of an activity with the credentials s, nil for none.
func (m *Manager) happened(kind ActivityKind, s *Snapshot, reason Reason) {
	a := Activity{At: clean(m.opts.Now()), Kind: kind, Reason: reason, Count: 1}
	if s.HasTokens() {
		a.Fingerprint = m.short(s)
	}
	m.opts.Activity(a)
}

// turn is what another program's change from was to s means, "" for nothing
// worth a line.
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
