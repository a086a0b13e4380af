package agent

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/usage"
	"rekey/usage/files"
)

// newUsageRig is a rig whose backend tells usage. What Rekey keeps is searched for
// tokens, the e-mail address and the account when the test ends.
func newUsageRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, box.Config{AccessLife: 4 * time.Hour})
	r.configure(fmt.Sprintf("chatgpt_base_url = %q\n", r.server.BackendURL()))
	t.Cleanup(func() {
		secrets := append([]string{box.Ada().Email, box.Ada().AccountID, box.Ada().UserID}, r.secrets...)
		err := filepath.WalkDir(filepath.Join(r.root, "state"), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "escrow" {
				return err
			}
			text, err := os.ReadFile(path)
			for _, secret := range secrets {
				if strings.Contains(string(text), secret) {
					t.Errorf("%s holds %q", path, secret)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	return r
}

// lookAgain lets the next look ask, as it would a minute later.
func lookAgain(t *testing.T, h *Home) {
	t.Helper()
	kept := files.Memory{Home: h.stateDir, User: h.opts.Dirs.State}
	rec := kept.Load()
	rec.AskedAt = time.Time{}
	must.Do(t, kept.Save(rec))
	must.Do(t, kept.SetRest(usage.Rest{}))
}

func TestUsageComesFromTheAgent(t *testing.T) {
	r := newUsageRig(t)
	a := r.start()
	client, other := r.client(), r.client()
	news := other.SubscribeUsage(within(t))
	u, err := client.LookAtUsage(within(t))
	if err != nil || len(u.Windows) != 2 || u.Plan != "pro" || u.ResetCredits.ExpiresAt.IsZero() || u.Problem != "" {
		t.Fatalf("%+v, %v", u, err)
	}
	for told := range news {
		if told.FetchedAt.Equal(u.FetchedAt) {
			break
		}
	}
	// Another process asks nothing within the minute.
	v := must.Get(OpenOneShot(within(t), r.options(), true))(t)
	if again, err := v.LookAtUsage(within(t)); err != nil || !again.FetchedAt.Equal(u.FetchedAt) {
		t.Errorf("%+v, %v", again, err)
	}
	_ = v.Close(within(t))
	if points, err := client.UsageHistory(within(t)); err != nil || len(points) != 2 {
		t.Errorf("%+v, %v", points, err)
	}
	if n := r.server.UsageRequests(); n != 1 || r.server.Refreshes() != 0 {
		t.Errorf("the backend was asked %d times, with %d refreshes", n, r.server.Refreshes())
	}
	// What is known goes with the sign-in.
	must.Do(t, a.SignOut(within(t)))
	kit.Eventually(t, "no usage after the sign-out", func() bool { return !client.Usage().Known() && client.Usage().Problem == usage.ProblemSignedOut })
}

// What one process has been told, those that watch the home show, without a
// request of their own, also where nobody says which file has changed.
func TestUsageOfAnotherProcess(t *testing.T) {
	t.Parallel()
	r := newUsageRig(t)
	a, watching, polling := r.start(), r.open(), r.open()
	r.run(watching.Watch)
	changes := make(chan struct{}, 1)
	r.run(func(ctx context.Context) error {
		polling.follow(ctx, changes, func() ([]string, bool) { return nil, false })
		return nil
	})
	first, second := watching.SubscribeUsage(within(t)), polling.SubscribeUsage(within(t))
	u := must.Get(a.LookAtUsage(within(t)))(t)
	changes <- struct{}{}
	for name, news := range map[string]<-chan usage.Usage{"watching": first, "polling": second} {
		told := usage.Usage{}
		for told = range news {
			if told.FetchedAt.Equal(u.FetchedAt) {
				break
			}
		}
		if !told.FetchedAt.Equal(u.FetchedAt) {
			t.Errorf("%s: it was told %+v", name, told)
		}
	}
	if n := r.server.UsageRequests(); n != 1 {
		t.Errorf("the backend was asked %d times", n)
	}
}

// A backend that answers 401 for ever: two requests and one refresh for each set
// of credentials, then silence.
func TestUnauthorizedUsage(t *testing.T) {
	t.Parallel()
	r := newUsageRig(t)
	a := r.start()
	r.server.AnswerUsage(box.Refusal(http.StatusUnauthorized, "token_invalidated"))
	for i := 1; i <= 2; i++ {
		for range 5 {
			lookAgain(t, a.Home)
			if u, err := a.LookAtUsage(within(t)); err != nil || u.Problem != usage.ProblemUnauthorized {
				t.Fatalf("%+v, %v", u, err)
			}
		}
		if r.server.UsageRequests() != 2*i || r.server.Refreshes() != i {
			t.Fatalf("%d requests and %d refreshes for %d sets of credentials", r.server.UsageRequests(), r.server.Refreshes(), i)
		}
		if st := a.State(); st.Status != auth.StatusHealthy {
			t.Errorf("the State is %+v", st)
		}
		before := a.State().LastRefresh
		r.put(r.newSignIn(box.Ada()))
		kit.Await(t, a, "the new sign-in", func(st auth.State) bool { return !st.LastRefresh.Equal(before) })
	}
}

// A user who does not want Rekey to refresh unasked gets no refresh for the sake
// of a figure either.
func TestUnauthorizedUsageRefreshesNothingUnasked(t *testing.T) {
	r := newUsageRig(t)
	a := r.start()
	must.Do(t, a.SetPreferences(within(t), auth.KeepFresh(false)))
	r.server.AnswerUsage(box.Refusal(http.StatusUnauthorized, "token_invalidated"))
	for range 3 {
		lookAgain(t, a.Home)
		if u, err := a.LookAtUsage(within(t)); err != nil || u.Problem != usage.ProblemUnauthorized {
			t.Fatalf("%+v, %v", u, err)
		}
	}
	r.wantRefreshes(0)
}

// Nothing is sent for those who may not ask.
func TestNobodyAsksForUsage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content func(r *rig) []byte
		set     string
		want    usage.Problem
	}{
		"off":       {set: `usage = "off"`, want: usage.ProblemOff},
		"API key":   {content: func(*rig) []byte { return []byte(`{"auth_mode":"apikey","OPENAI_API_KEY":"sk-fake"}`) }, want: usage.ProblemAPIKey},
		"nobody":    {content: func(*rig) []byte { return []byte(`{"auth_mode":"apikey"`) }, want: usage.ProblemUnreadable},
		"no tokens": {content: func(*rig) []byte { return []byte(`{"auth_mode":"chatgpt"}`) }, want: usage.ProblemSignedOut},
		"no access token": {set: "keep_fresh = false", content: func(*rig) []byte {
			return bytes.ReplaceAll(box.AuthJSON(box.WithAccessToken("gone")), []byte("gone"), nil)
		}, want: usage.ProblemExpired},
		"a host's":       {content: func(*rig) []byte { return []byte(`{"auth_mode":"chatgptAuthTokens"}`) }, want: usage.ProblemNoToken},
		"the user's own": {content: func(*rig) []byte { return []byte(`{"personal_access_token":"at-fake"}`) }, want: usage.ProblemNoToken},
		"loan": {content: func(r *rig) []byte {
			return box.AuthJSON(box.WithAccount(box.Ada()), box.WithTokens(box.Tokens{
				IDToken: r.server.Issue(box.Ada()).IDToken, AccessToken: r.server.Issue(box.Ada()).AccessToken, RefreshToken: "rekey-loan:v1:box-1"}))
		}, want: usage.ProblemLoan},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newUsageRig(t)
			r.set(test.set)
			if test.content != nil {
				r.put(test.content(r))
			}
			if u, err := r.start().LookAtUsage(within(t)); err != nil || u.Problem != test.want || u.Known() {
				t.Errorf("%+v, %v, want %s", u, err, test.want)
			}
			if n := len(r.server.Requests()); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		r := newUsageRig(t)
		a := r.start()
		r.server.RevokeAll()
		_ = a.Refresh(within(t))
		if u, _ := a.LookAtUsage(within(t)); u.Problem != usage.ProblemRefused || r.server.UsageRequests() != 0 {
			t.Errorf("%+v after %d requests", u, r.server.UsageRequests())
		}
	})
}
