package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestComputeIsTotal tries every combination of facts, sensible or not: there
// is always exactly one Status, and the three truths never contradict each
// other.
func TestComputeIsTotal(t *testing.T) {
	t.Parallel()
	for name, s := range everySnapshot(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, in := range everyInput(s, mustParse(t, grace())) {
				st := Compute(in)
				for _, broken := range contradictions(in, st) {
					t.Errorf("%s:\n%+v\nfrom %+v", broken, st, in)
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// everySnapshot is one of each kind and condition, at noon.
func everySnapshot(t *testing.T) map[string]*Snapshot {
	return map[string]*Snapshot{
		"none":              nil,
		"healthy":           mustParse(t, chatGPT()),
		"ending soon":       mustParse(t, chatGPT(ends(time.Minute))),
		"ended":             mustParse(t, chatGPT(ends(-time.Minute))),
		"ends now":          mustParse(t, chatGPT(ends(0))),
		"ends in year 1":    mustParse(t, chatGPT(set("tokens.access_token", rawJWT(`{"exp":-62135596800}`)))),
		"ended before time": mustParse(t, chatGPT(set("tokens.access_token", rawJWT(`{"exp":-8000000000000}`)))),
		"end in milliseconds": mustParse(t, chatGPT(set("last_refresh", "+123456-01-01T00:00:00Z"),
			set("tokens.access_token", rawJWT(`{"exp":4102444800000}`)))),
		"opaque":          mustParse(t, chatGPT(set("tokens.access_token", "opaque"))),
		"empty access":    mustParse(t, chatGPT(set("tokens.access_token", ""))),
		"no last_refresh": mustParse(t, chatGPT(unset("last_refresh"))),
		"no account":      mustParse(t, chatGPT(unset("tokens.account_id"))),
		"no tokens":       mustParse(t, []byte(`{}`)),
		"lent":            mustParse(t, lent()),
		"lent, ended":     mustParse(t, lent(ends(-time.Minute))),
		"API key":         mustParse(t, apiKeyFile("sk-1")),
		"empty API key":   mustParse(t, apiKeyFile("")),
		"host's":          mustParse(t, chatGPT(set("auth_mode", "chatgptAuthTokens"))),
		"personal token":  mustParse(t, []byte(`{"personal_access_token":"at-1"}`)),
		"agent identity":  mustParse(t, []byte(`{"auth_mode":"agentIdentity"}`)),
		"cloud key":       mustParse(t, []byte(`{"bedrock_api_key":{"api_key":"k","region":"r"}}`)),
		"headers":         mustParse(t, []byte(`{"auth_mode":"headers"}`)),
	}
}

// everyInput is the product of all other facts.
func everyInput(s, lastGood *Snapshot) []Facts {
	inputs := []Facts{{Snapshot: s, Now: noon, Notice: "notice", Store: "store"}}
	vary := func(changes ...func(*Facts)) {
		var more []Facts
		for _, in := range inputs {
			more = append(more, in)
			for _, change := range changes {
				other := in
				change(&other)
				more = append(more, other)
			}
		}
		inputs = more
	}
	vary(func(in *Facts) { in.LastGood = lastGood })
	vary(func(in *Facts) { in.LoadErr = ErrNoCredential },
		func(in *Facts) { in.LoadErr = &UnreadableError{Where: "w", What: errors.New("x"), Locked: true} },
		func(in *Facts) { in.LoadErr = fmt.Errorf("wrapped: %w", &UnreadableError{Encrypted: true}) })
	vary(func(in *Facts) { in.Refusal = &Refusal{Reason: ReasonReused, At: noon} },
		func(in *Facts) { in.Refusal = &Refusal{Reason: ReasonUnauthorized, At: noon.Local()} })
	var outcomes []func(*Facts)
	for _, o := range []AttemptOutcome{AttemptRefreshed, AttemptFailed, AttemptLost, AttemptUnsent, AttemptRefused} {
		outcomes = append(outcomes, func(in *Facts) { in.Last = Attempt{Outcome: o, At: noon, Reason: ReasonUnauthorized} })
	}
	vary(outcomes...)
	vary(func(in *Facts) { in.Lost = true })
	vary(func(in *Facts) { in.Sent = noon.Add(-refreshShown) })
	vary(func(in *Facts) { in.CommitErr = errDisk })
	vary(func(in *Facts) {
		in.Restriction, in.SignIn.Method, in.KeepFresh, in.NextRefresh = errors.New("not allowed"), SignInBrowser, true, time.Now()
	})
	return inputs
}

// contradictions returns the rules that a State breaks.
func contradictions(given Facts, st State) (broken []string) {
	in := given
	rule := func(name string, holds bool) {
		if !holds {
			broken = append(broken, name)
		}
	}
	var unreadable *UnreadableError
	isUnreadable := errors.As(in.LoadErr, &unreadable)
	refused := st.Refused != ""
	if isUnreadable {
		in.Snapshot = nil // whatever it says
	}
	ours := in.Snapshot.Managed() && in.Snapshot.HasTokens()

	rule("one of the statuses", slices.Contains(Statuses(), st.Status))
	rule("computed twice is the same", Compute(given) == st)
	data, err := json.Marshal(st)
	rule("can be written as JSON", err == nil)
	rule("no token in it", !strings.Contains(string(data), "refresh-") && !strings.Contains(string(data), "eyJ"))
	for _, at := range []time.Time{st.ExpiresAt, st.LastRefresh, st.NextRefresh, st.RefusedAt} {
		rule("times are UTC and comparable", at == at.UTC().Round(0))
	}

	rule("refused exactly when our tokens have a refusal", refused == (ours && (in.Refusal != nil || in.Last.Outcome == AttemptRefused)))
	rule("refused is not refreshable", !refused || st.Refreshable == RefreshableNo)
	rule("refused when is known with why", refused == !st.RefusedAt.IsZero())
	deadEnd := ours && !refused && in.Snapshot.Obstacle().DeadEnd()
	rule("a dead end says which", (st.Obstacle != "") == deadEnd)
	rule("only a refusal or a dead end owes a notice", st.Notice == "" || refused || deadEnd)
	rule("only a refusal or a dead end needs a sign-in", !st.NeedsSignIn() || refused || deadEnd)
	rule("a refusal needs a sign-in", !refused || st.NeedsSignIn())
	rule("what can be refreshed is not shown as a dead end", st.Refreshable == RefreshableNo || in.Snapshot.Obstacle() == "")
	rule("refreshable means ours, tried and nothing failed", st.Refreshable != RefreshableYes || ours && in.Last.Outcome == AttemptRefreshed && !in.Lost)
	rule("never tried means that", !st.NeverTried || in.Last.Outcome == "" && !in.Lost && !refused && !st.CommitPending)

	rule("past is not usable", st.ExpiresAt.IsZero() || st.ExpiresAt.After(in.Now) || !st.Usable)
	rule("usable needs credentials", !st.Usable || in.Snapshot.Usable())

	rule("unreadable exactly when it is", (st.Status == StatusUnreadable) == isUnreadable)
	if !isUnreadable {
		rule("the method is the credential's", st.Method == in.Snapshot.Kind())
		rule("an end that can be read is shown", !hasEnd(in.Snapshot) || !st.ExpiresAt.IsZero())
		rule("no credentials is signed out", in.Snapshot != nil || st.Status == StatusSignedOut)
		rule("signed out is not usable", st.Status != StatusSignedOut || !st.Usable)
	}
	rule("an API key works", st.Status != StatusAPIKey || st.Usable)
	rule("external is not ours", st.Status != StatusExternal || !in.Snapshot.Managed())
	rule("healthy is usable and not refused", st.Status != StatusHealthy || st.Usable && !refused)
	rule("refreshing is refreshing", st.Status != StatusRefreshing || !in.Sent.IsZero() && !refused)
	rule("waiting has ended or failed", st.Status != StatusWaiting || !st.Usable || in.Last.Failed() || in.Lost)
	rule("a loan works or waits", !st.Lent || st.Status == StatusExternal && st.Usable || st.Status == StatusWaiting && !st.Usable)
	rule("expiring still works", st.Status != StatusExpiring || st.Usable && st.ExpiresAt.After(in.Now))
	rule("sign-in required does not, for all we know", st.Status != StatusSignInRequired || !st.Usable || st.ExpiresAt.IsZero())

	rule("commit pending", st.CommitPending == (in.CommitErr != nil))
	rule("cannot save", !st.CannotSave || in.Last.Outcome == AttemptUnsent && ours && !refused)
	rule("answer lost", st.AnswerLost == (in.Lost && ours && in.Snapshot.Obstacle() == ""))
	rule("restricted", st.Restricted == (in.Restriction != nil))
	rule("locked", st.Locked == (isUnreadable && unreadable.Locked))
	trouble := isUnreadable || st.CommitPending || st.CannotSave || st.Restricted || st.AnswerLost && ours
	rule("trouble is named", !trouble || st.Problem != "")
	return broken
}

func hasEnd(s *Snapshot) bool {
	_, ok := s.AccessExpiry()
	return ok
}
