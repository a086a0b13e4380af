package appserver_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/lend"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/usage"
)

// script is an authority that answers as it is told and counts.
type script struct {
	mu     sync.Mutex
	answer func(n int) (auth.TokenResponse, error)
	asked  int
}

func (a *script) Refresh(context.Context, auth.RefreshRequest) (auth.TokenResponse, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	return a.answer(a.asked)
}

func (a *script) Revoke(context.Context, auth.Secret, string) error { return nil }

func (a *script) requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}

// home is an appserver.Home without an agent.
type home struct {
	cancelTakes time.Duration // until a cancelled sign-in has ended

	usages    auth.Broadcast[usage.Usage]
	manager   *auth.Manager
	needsAuth bool
	forbidden error // why there is no sign-in with ChatGPT

	mu       sync.Mutex
	signedIn chan error // what the sign-in under way ends with
	keep     bool
	answered []bool
	loans    []lend.Loan
}

func (h *home) Manager() *auth.Manager   { return h.manager }
func (h *home) State() auth.State        { return h.manager.State() }
func (h *home) Dir() string              { return "/home/ada/.codex" }
func (h *home) RequiresOpenAIAuth() bool { return h.needsAuth }
func (h *home) Identify(string, string)  {}

func (h *home) BeginSignIn(ctx context.Context, method auth.SignInMethod) (auth.SignInProgress, func() error, func(), error) {
	ended := make(chan error, 2)
	shown := auth.SignInProgress{Method: method, Page: "https://auth.example/authorize"}
	if method == auth.SignInDevice {
		shown.Page, shown.UserCode = "https://auth.example/codex/device", "ABCD-1234"
	}
	if h.forbidden != nil {
		return auth.SignInProgress{}, nil, nil, h.forbidden
	}
	h.mu.Lock()
	h.signedIn = ended
	h.mu.Unlock()
	wait := func() error {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	cancel := func() {
		time.AfterFunc(h.cancelTakes, func() { ended <- errors.New("Login was not completed") })
	}
	return shown, wait, cancel, nil
}

func (h *home) SignIn(_ context.Context, method auth.SignInMethod) error {
	return errors.New("no " + string(method) + " here")
}

func (h *home) SignInShown(_ context.Context, method auth.SignInMethod) error {
	return errors.New("no page for " + string(method))
}

func (h *home) CancelSignIn() {}

func (h *home) AnswerSignIn(_ context.Context, yes bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answered = append(h.answered, yes)
	return nil
}

func (h *home) SignOut(ctx context.Context) error {
	_, err := h.manager.Logout(ctx)
	return err
}

func (h *home) Subscribe(ctx context.Context) <-chan auth.State { return h.manager.Subscribe(ctx) }

func (h *home) Refresh(ctx context.Context) error { return h.manager.Refresh(ctx, auth.RefreshForced) }

func (h *home) ClaimNotice(_ context.Context, notice string) (bool, error) {
	return h.manager.ClaimNotice(notice)
}

func (h *home) Unlock(context.Context) error { return errors.New("nothing is locked") }

func (h *home) SetPreferences(_ context.Context, c auth.PreferenceChange) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep = c.KeepFresh != nil && *c.KeepFresh
	return nil
}

func (h *home) AskUsage(context.Context, *auth.Snapshot, bool) (body, resetCredits []byte, err error) {
	return []byte(`{"plan_type":"pro"}`), nil, nil
}

func (h *home) Usage() usage.Usage {
	u, _ := h.usages.Last()
	return u
}

func (h *home) SubscribeUsage(ctx context.Context) <-chan usage.Usage {
	return h.usages.Subscribe(ctx)
}

func (h *home) LookAtUsage(context.Context) (usage.Usage, error) {
	h.usages.Publish(usage.Usage{Plan: "looked"})
	return h.Usage(), nil
}

func (h *home) UsageHistory(context.Context) ([]usage.Point, error) {
	return []usage.Point{{Limit: usage.MainLimit, UsedPercent: 12}}, nil
}

func (h *home) Loans(context.Context) ([]lend.Loan, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.loans, nil
}

func (h *home) PushLoan(_ context.Context, id string) error { return h.changeLoan(id, "pushed") }

func (h *home) StopLoan(_ context.Context, id string) error { return h.changeLoan(id, lend.Stopped) }

func (h *home) changeLoan(id string, to lend.Code) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.loans = []lend.Loan{{ID: id, Ending: to}}
	return nil
}

func (h *home) Activity(context.Context) ([]auth.Activity, error) {
	return []auth.Activity{{At: time.Unix(0, 0).UTC(), Kind: auth.ActivityRefreshed, Count: 1}}, nil
}

func (h *home) Token(ctx context.Context, atLeast time.Duration) (auth.AccessToken, error) {
	return h.manager.Token(ctx, atLeast)
}

// ours is the change of a home that follows Codex to the letter to one of an agent.
func ours(o *auth.Options) { o.AsCodex = false }

// newHome returns a home that holds content, nil for nothing.
func newHome(t *testing.T, content []byte, a *script, change ...func(*auth.Options)) *home {
	t.Helper()
	o := auth.Options{Store: &kit.Store{Content: content}, Authority: a, AsCodex: true}
	for _, f := range change {
		f(&o)
	}
	m := auth.NewManager(o)
	must.Do(t, m.Reload(t.Context()))
	return &home{manager: m, needsAuth: true}
}

// refusing is an authority that refuses for good.
func refusing() *script {
	return &script{answer: func(int) (auth.TokenResponse, error) {
		return auth.TokenResponse{}, &auth.RefreshError{Permanent: true, Reason: auth.ReasonExpired, Status: 401}
	}}
}

// signedIn is an auth.json that needs no refresh.
func signedIn() []byte {
	return box.AuthJSON(box.WithExpiry(time.Now().Add(24 * time.Hour)))
}
