package auth

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// decisions are the lines that refreshes have ended with so far.
func (r *rig) decisions() (found []map[string]any) {
	r.t.Helper()
	for line := range strings.Lines(r.log.String()) {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) != nil {
			continue // an error's text: see refresh
		}
		if message, _ := fields["msg"].(string); strings.HasPrefix(message, "refresh: ") {
			found = append(found, fields)
		}
	}
	return found
}

// Each refresh ends with one log line that has its outcome, reason and
// credentials.
func TestOneLineForEachDecision(t *testing.T) {
	errNo := errors.New("out of order")
	plain := func(change func(*rig)) func(*testing.T) *rig {
		return func(t *testing.T) *rig {
			r := newRig(t, chatGPT())
			r.authority.then(refreshed("2"))
			change(r)
			return r
		}
	}
	for name, tt := range map[string]struct {
		rig  func(*testing.T) *rig
		line string
		with map[string]any // some of what explains it
	}{
		"an API key": {func(t *testing.T) *rig { return newRig(t, apiKeyFile("sk-1")) }, "nothing to do", map[string]any{"kind": "apikey"}},
		"no lock": {func(t *testing.T) *rig {
			return newRig(t, chatGPT(), func(o *Options) {
				o.RefreshLock = func(ctx context.Context) (func(), error) {
					if ctx.Value(asked{}) == nil {
						return func() {}, nil // a Reload
					}
					return nil, errNo
				}
			})
		}, "an answer could not be saved, nothing sent", map[string]any{"level": "WARN", "error": errNo.Error()}},
		"unreadable":      {plain(func(r *rig) { r.store.fail(func(f *fakeStore) { f.loadErr = errNo }) }), "cannot read the store, nothing sent", nil},
		"another account": {plain(func(r *rig) { r.store.put(grace()) }), "signed out or in to another account, nothing sent", nil},
		"signed out":      {plain(func(r *rig) { r.store.put(nil) }), "signed out or in to another account, nothing sent", nil},
		"adopted":         {plain(func(r *rig) { r.store.put(rotated()) }), "adopted what another process wrote, nothing sent", nil},
		"cannot save": {plain(func(r *rig) { r.store.fail(func(f *fakeStore) { f.writableErr = errNo }) }),
			"an answer could not be saved, nothing sent", map[string]any{"level": "WARN"}},
		"refreshed": {plain(func(*rig) {}), "refreshed", nil},
		"not saved": {plain(func(r *rig) { r.store.fail(func(f *fakeStore) { f.updateErr = errNo }) }),
			"refreshed, but not saved; the escrow holds the answer", map[string]any{"error": errNo.Error()}},
		"a sign-in meanwhile": {plain(func(r *rig) { r.store.fail(func(f *fakeStore) { f.beforeUpdate = func() { f.put(grace()) } }) }),
			"someone signed in or out meanwhile, the answer is not stored", nil},
		"a failure": {plain(func(r *rig) { r.authority.then(answer{err: &RefreshError{Status: 503, Code: "busy"}}) }),
			"no usable answer, may work later", map[string]any{"status": 503.0, "code": "busy", "answerLost": false}},
		"a lost answer": {plain(func(r *rig) { r.authority.then(answer{err: &RefreshError{AnswerLost: true}}) }),
			"no usable answer, may work later", map[string]any{"answerLost": true}},
		"refused": {plain(func(r *rig) { r.authority.then(refused(ReasonExpired)) }), "refused",
			map[string]any{"level": "WARN", "reason": string(ReasonExpired)}},
		"a host program's": {func(t *testing.T) *rig {
			return newRig(t, chatGPT(set("auth_mode", "chatgptAuthTokens")))
		}, "nothing to do", map[string]any{"kind": "chatgptAuthTokens"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := tt.rig(t)
			_ = r.refresh()
			r.wantDecision(1, tt.line, tt.with)
		})
	}
	t.Run("refused before", func(t *testing.T) {
		r := plain(func(r *rig) { r.authority.then(refused(ReasonExpired)) })(t)
		_ = r.refresh()
		_ = r.refresh()
		r.wantDecision(2, "refused before, nothing sent", map[string]any{"reason": string(ReasonExpired)})
	})
	t.Run("the answer of an earlier request", func(t *testing.T) {
		r := plain(func(r *rig) { r.store.fail(func(f *fakeStore) { f.updateErr = errNo }) })(t)
		_ = r.refresh()
		r.store.fail(func(f *fakeStore) { f.updateErr = nil })
		_ = r.refresh()
		r.wantDecision(2, "saved the answer of an earlier request, nothing sent", nil)
	})
	for _, winner := range []struct {
		content []byte
		line    string
	}{
		{rotated(), "refused because another process won the race; adopted its tokens"},
		{grace(), "refused, and someone signed out or in to another account meanwhile"},
	} {
		t.Run(winner.line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, done := looking(t, ReasonReused)
				_ = r.reread(winner.content)
				<-done
				r.wantDecision(1, winner.line, nil)
			})
		})
	}
}

// wantDecision wants n lines by now, and the last one to be this one.
func (r *rig) wantDecision(n int, outcome string, with map[string]any) {
	r.t.Helper()
	found := r.decisions()
	if len(found) != n {
		r.t.Fatalf("%d lines, want %d:\n%s", len(found), n, r.log)
	}
	last := found[n-1]
	if last["msg"] != "refresh: "+outcome || last["why"] != string(RefreshForced) {
		r.t.Errorf("the line is %v, want %q", last, outcome)
	}
	for key, want := range with {
		if last[key] != want {
			r.t.Errorf("%s is %v, want %v: %v", key, last[key], want, last)
		}
	}
	if fingerprint, _ := last["fingerprint"].(string); last["kind"] == nil && (fingerprint == "" || len(fingerprint) > shortFingerprint) {
		r.t.Errorf("the fingerprint is %q: %v", fingerprint, last)
	}
}
