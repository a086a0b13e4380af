package auth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRecordedCodex replays what the real Codex did, case by case, against a
// Manager that is asked to behave AsCodex: the answer of every call, the number
// of requests after it and the bytes that are left in the store.
func TestRecordedCodex(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"parsing.json", "persist.json", "near_expiry.json", "disk_change.json"} {
		rec := loadRecording(t, file)
		t.Run(strings.TrimSuffix(file, ".json"), func(t *testing.T) {
			t.Parallel()
			for _, c := range rec.Cases {
				t.Run(c.Name, func(t *testing.T) { newReplay(t, rec, c).run() })
			}
		})
	}
}

// replay is one recorded case on its way through a Manager.
type replay struct {
	*rig
	rec     recording
	c       recordedCase
	release func()                // lets the authority answer
	last    chan struct{}         // closed when the newest call has ended: calls never overlap
	begun   map[string]authStatus // answers of the calls that were begun
	outside []byte                // what others have put into the store last
	// anyAnswer: the case departs from Codex, so its answers are not compared.
	anyAnswer bool
}

func newReplay(t *testing.T, rec recording, c recordedCase) *replay {
	given := rec.content(t, c.Given)
	r := &replay{
		rig: newRig(t, given, asCodex), rec: rec, c: c, outside: given,
		release: func() {}, last: make(chan struct{}), begun: make(map[string]authStatus),
	}
	close(r.last)
	r.authority.then(rec.answers(t, c.Answers)...)
	// The recordings were made with the endpoint pointed elsewhere.
	for i := range r.authority.answers {
		r.authority.answers[i].tokens.DropProvenance = true
	}
	return r
}

func (r *replay) run() {
	if twice := r.spentTwice(); twice >= 0 {
		r.runWithoutSpendingTwice(twice)
		return
	}
	for i, step := range r.c.Steps {
		r.step(fmt.Sprintf("step %d", i), step)
	}
	r.wantAfter()
	if sent := r.sent(); r.c.Sent != nil && !slices.Equal(sent, r.c.Sent) {
		r.t.Errorf("sent %q, want %q", sent, r.c.Sent)
	}
}

// sent is what has been sent to the authority, as the recordings write it.
func (r *replay) sent() (all []string) {
	for _, req := range r.authority.requests() {
		all = append(all, string(req.Reason)+" "+req.RefreshToken.Reveal())
	}
	return all
}

// spentTwice is the number of the first request, -1 for none, for which Codex
// spent a refresh token although it had been given new tokens for it: it had
// thrown them away. Rekey has kept them in the escrow.
func (r *replay) spentTwice() int {
	given := make(map[string]bool)
	for i, sent := range r.c.Sent {
		_, token, _ := strings.Cut(sent, " ")
		if given[token] {
			return i
		}
		given[token] = r.authority.answers[min(i, len(r.authority.answers)-1)].tokens.RefreshToken != nil
	}
	return -1
}

// runWithoutSpendingTwice replays a case in which Codex spends a token twice:
// Rekey sends all other requests, and its store ends with the tokens it kept.
func (r *replay) runWithoutSpendingTwice(twice int) {
	r.anyAnswer = true
	for i, step := range r.c.Steps {
		r.step(fmt.Sprintf("step %d", i), step)
	}
	if want := slices.Delete(slices.Clone(r.c.Sent), twice, twice+1); !slices.Equal(r.sent(), want) {
		r.t.Errorf("sent %q, want %q", r.sent(), want)
	}
	r.wantStored(r.authority.answers[twice-1].tokens.RefreshToken.Reveal())
}

func (r *replay) step(where string, s recordedStep) {
	r.t.Helper()
	ctx := r.t.Context()
	switch {
	case s.Start:
		_, _ = r.Use(ctx) // a starting Codex renews what is stale
	case s.Begin != "":
		if s.UntilRequest {
			r.release = r.authority.block()
		}
		r.begin(ctx, s)
		if s.UntilRequest {
			r.waitForRequest()
		}
	case s.End != "":
		r.release()
		<-r.last
		r.wantAnswer(where, r.begun[s.End], s.authStatus)
	case s.Call != nil:
		r.wantAnswer(where, r.call(ctx, *s.Call), s.authStatus)
	case s.Write != nil:
		r.write(r.rec.content(r.t, s.Write))
	case s.Delete:
		r.write(nil)
	case s.Sleep != 0:
		r.clock.advance(time.Duration(s.Sleep * float64(time.Second)))
	case s.Account != nil:
		r.wantAccount(where, *s.Account)
	}
	if got := len(r.authority.requests()); s.Requests != nil && got != *s.Requests && !r.anyAnswer {
		r.t.Errorf("%s: requests so far = %d, want %d", where, got, *s.Requests)
	}
}

func (r *replay) write(content []byte) {
	r.store.put(content)
	r.outside = content
}

// begin starts a call that runs when all those before it have ended.
func (r *replay) begin(ctx context.Context, s recordedStep) {
	before, done := r.last, make(chan struct{})
	r.last = done
	go func() {
		defer close(done)
		<-before
		r.begun[s.Begin] = r.call(ctx, *s.Call)
	}()
}

// call does what getAuthStatus does.
func (r *replay) call(ctx context.Context, flags string) authStatus {
	if strings.Contains(flags, "r") {
		_ = r.Refresh(ctx, RefreshForced)
	} else {
		_, _ = r.Use(ctx)
	}
	s, refusal := r.Snapshot()
	if !s.Usable() {
		return authStatus{}
	}
	method, token := string(s.Kind()), ""
	switch s.Kind() {
	case KindAPIKey:
		token = s.APIKey().Reveal()
	case KindChatGPT, KindExternalTokens:
		token = s.AccessToken().Reveal()
	}
	if token == "" || refusal != nil || !strings.Contains(flags, "i") {
		return authStatus{Method: &method}
	}
	return authStatus{Method: &method, Token: &token}
}

// wantAnswer compares what getAuthStatus answers. Codex verifies a personal
// access token or an agent identity over the network before it names them;
// Rekey names what the store holds.
func (r *replay) wantAnswer(where string, got, want authStatus) {
	r.t.Helper()
	if s, _ := r.Snapshot(); r.anyAnswer || s.Kind() == KindPersonalToken || s.Kind() == KindAgentIdentity {
		return
	}
	if show(got.Method) != show(want.Method) || show(got.Token) != show(want.Token) {
		r.t.Errorf("%s: answer = %s, token %s; want %s, token %s", where,
			show(got.Method), show(got.Token), show(want.Method), show(want.Token))
	}
}

func show(s *string) string {
	if s == nil {
		return "null"
	}
	return fmt.Sprintf("%q", *s)
}

// wantAccount compares the claims that account/read shows.
func (r *replay) wantAccount(where string, want recordedUser) {
	r.t.Helper()
	s, _ := r.Snapshot()
	claims := s.Claims()
	got := recordedUser{PlanType: PlanName(claims.Plan)}
	if claims.Email != "" {
		got.Email = &claims.Email
	}
	if claims.UserID != "" {
		got.UserID = &claims.UserID
	}
	if show(got.Email) != show(want.Email) || got.PlanType != want.PlanType || show(got.UserID) != show(want.UserID) {
		r.t.Errorf("%s: account = %+v, want %s %s %s", where, claims, show(want.Email), want.PlanType, show(want.UserID))
	}
}
