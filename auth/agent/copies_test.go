package agent

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

// copied makes another home with what the rig's home holds, and opens it.
func (r *rig) copied(name string) (*box.Home, *Home) {
	r.t.Helper()
	home := must.Get(box.NewHome(filepath.Join(r.root, name)))(r.t)
	must.Do(r.t, home.Replace([]byte(r.content())))
	return home, r.open(func(o *Options) { o.Dir = home.Dir() })
}

func refreshToken(t *testing.T, h *Home) string {
	t.Helper()
	_ = h.Reload(t.Context())
	s, _ := h.Manager().Snapshot()
	return s.RefreshToken().Reveal()
}

// Copies of one sign-in in several homes send one request together, whatever
// they do at once, and go on with what came of it: the server would end them all
// if it saw the token twice.
func TestCopiesSendOneRequest(t *testing.T) {
	t.Parallel()
	for _, homes := range []int{2, 3} {
		t.Run(fmt.Sprint(homes), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{ReuseRevokesFamily: true})
			all := []*Home{r.open()}
			for i := 1; i < homes; i++ {
				_, h := r.copied(fmt.Sprintf("copy-%d", i))
				all = append(all, h)
			}
			for round := 1; round <= 4; round++ {
				var together sync.WaitGroup
				for _, h := range all {
					together.Go(func() {
						if err := h.Refresh(t.Context()); err != nil {
							t.Errorf("round %d: %v", round, err)
						}
					})
				}
				together.Wait()
				stand(t, all)
				for _, h := range all { // as fresh in every home as where it was refreshed
					if err := h.Refresh(t.Context()); err != nil {
						t.Errorf("round %d, once more: %v", round, err)
					}
				}
				r.wantRefreshes(round)
				for i, h := range all {
					token := refreshToken(t, h)
					if token != refreshToken(t, all[0]) || !r.server.Works(token) {
						t.Errorf("round %d: home %d holds another token, or one that does not work", round, i)
					}
					if st := h.State(); st.Status != auth.StatusHealthy {
						t.Errorf("round %d: home %d is %s: %s", round, i, st.Status, st.Problem)
					}
				}
				forget(t, all) // that each has just refreshed
			}
		})
	}
}

// stand makes the time in which new tokens stand an hour longer, for a busy machine.
func stand(t *testing.T, homes []*Home) {
	t.Helper()
	attempts(t, homes, func(a *auth.AttemptRecord) {
		if a.NotBefore.IsZero() {
			t.Error("a home does not know that its tokens are new")
		}
		a.NotBefore = a.NotBefore.Add(time.Hour)
	})
}

// forget ends that time.
func forget(t *testing.T, homes []*Home) {
	t.Helper()
	attempts(t, homes, func(a *auth.AttemptRecord) { a.NotBefore = time.Time{} })
}

// attempts changes what the homes know of their last requests.
func attempts(t *testing.T, homes []*Home, change func(*auth.AttemptRecord)) {
	t.Helper()
	for _, h := range homes {
		s, _ := h.Manager().Snapshot()
		if a, ok := h.state.LastAttempt(h.state.Token(s)); ok {
			a.At = a.At.Add(time.Second)
			change(&a)
			must.Do(t, h.state.RecordAttempt(a))
		}
	}
}

// A copy that comes late, when the first home has refreshed often, still finds
// what its token has become; so does one behind another copy.
func TestCopyCatchesUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{ReuseRevokesFamily: true})
	first := r.open()
	_, late := r.copied("late")
	for range 3 {
		must.Do(t, first.Refresh(t.Context()))
		forget(t, []*Home{first})
	}
	must.Do(t, late.Refresh(t.Context()))
	if refreshToken(t, late) != refreshToken(t, first) || r.server.Refreshes() != 3 {
		t.Error("the copy has not caught up")
	}
}

// What the real Codex in another home made of the token is found, too.
func TestCopyAdoptsWhatCodexRefreshed(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{ReuseRevokesFamily: true})
	first := r.open()
	_, copied := r.copied("copy")
	s, _ := first.Manager().Snapshot()
	next, err := s.WithTokens(auth.TokenResponse{
		AccessToken: secret("codex-access"), RefreshToken: secret("codex-refresh"),
	}, time.Now().Add(time.Minute))
	must.Do(t, err)
	r.put(next.Encode())
	_ = first.Reload(t.Context())
	must.Do(t, copied.Refresh(t.Context()))
	if got := refreshToken(t, copied); got != "codex-refresh" || r.server.Refreshes() != 0 {
		t.Errorf("the copy holds %q after %d requests", got, r.server.Refreshes())
	}
}

func secret(text string) *auth.Secret {
	s := auth.NewSecret(text)
	return &s
}

// A copy whose original has signed out, or in to another account, has no future:
// it says so and sends nothing.
func TestCopyWithoutASuccessor(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r *rig){
		"signed out":      func(r *rig) { _ = r.home.Delete() },
		"another account": func(r *rig) { r.put(r.newSignIn(box.Grace())) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{ReuseRevokesFamily: true})
			first := r.open()
			home, copied := r.copied("copy")
			must.Do(t, first.Refresh(t.Context()))
			change(r)
			before, _ := home.Read()
			for range 3 {
				if err := copied.Refresh(t.Context()); auth.OutcomeOf(err) != auth.OutcomePermanent {
					t.Errorf("the copy's refresh: %v", err)
				}
			}
			if st := copied.State(); st.Refused != auth.ReasonCopied || st.Status != auth.StatusExpiring {
				t.Errorf("the copy is %s, %q", st.Status, st.Refused)
			}
			later := r.open(func(o *Options) { o.Dir = home.Dir() }) // as "rekey status" after "rekey refresh"
			_ = later.Reload(t.Context())
			if st := later.State(); st.Refused != auth.ReasonCopied || st.Status != auth.StatusExpiring {
				t.Errorf("another process says that the copy is %s, %q", st.Status, st.Refused)
			}
			if after, _ := home.Read(); string(after) != string(before) {
				t.Error("the copy was changed")
			}
			r.wantRefreshes(1)
			must.Do(t, home.Replace(r.newSignIn(box.Ada())))
			_ = copied.Reload(t.Context())
			if st := copied.State(); st.Status != auth.StatusHealthy {
				t.Errorf("after a sign-in the copy is %s", st.Status)
			}
		})
	}
}

// What is refused in one home is refused in all, and an old copy that is put back
// where its token was spent is not sent either.
func TestRefusalsAreKnownInAllHomes(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{ReuseRevokesFamily: true})
	first := r.open()
	_, copied := r.copied("copy")
	old := []byte(r.content())
	r.server.RevokeAll()
	for _, h := range []*Home{first, copied, copied} {
		if err := h.Refresh(t.Context()); auth.OutcomeOf(err) != auth.OutcomePermanent {
			t.Errorf("refused: %v", err)
		}
	}
	r.wantRefreshes(1)
	if _, again := r.copied("again"); again.State().Status != auth.StatusExpiring {
		t.Errorf("a new copy of it is %s", again.State().Status)
	}

	r.put(r.newSignIn(box.Ada()))
	backup := []byte(r.content())
	_ = first.Reload(t.Context())
	must.Do(t, first.Refresh(t.Context()))
	for _, content := range [][]byte{backup, old} {
		r.put(content)
		_ = first.Reload(t.Context())
		if err := first.Refresh(t.Context()); auth.OutcomeOf(err) != auth.OutcomePermanent {
			t.Errorf("a backup is refreshed: %v", err)
		}
	}
	r.wantRefreshes(2)
}

// While one home's answer is on its way, the other waits for it.
func TestCopyWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{ReuseRevokesFamily: true})
	first := r.open()
	_, copied := r.copied("copy")
	answer := make(chan struct{})
	r.server.Script(box.Reply{Gate: answer})
	ended := make(chan error, 2)
	go func() { ended <- first.Refresh(t.Context()) }()
	must.Do(t, r.server.WaitForRequests(within(t), 1))
	go func() { ended <- copied.Refresh(t.Context()) }()
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if r.server.WaitForRequests(short, 2) == nil {
		t.Error("the copy did not wait")
	}
	close(answer)
	for range 2 {
		must.Do(t, <-ended)
	}
	if r.server.Refreshes() != 1 || refreshToken(t, first) != refreshToken(t, copied) {
		t.Errorf("%d requests", r.server.Refreshes())
	}
}
