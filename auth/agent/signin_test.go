package agent

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/login"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	for name, before := range map[string][]byte{
		"after nothing":        nil,
		"over a dead sign-in":  box.AuthJSON(),
		"over an API key":      box.AuthJSON(box.WithAPIKey("not-a-real-key")),
		"over half a file":     []byte(`{"auth_mode":"chat`),
		"over an empty file":   {},
		"over another account": box.AuthJSON(box.WithAccount(box.Grace())),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{})
			if before == nil {
				_ = r.home.Delete()
			} else {
				r.put(before)
			}
			h := r.open()
			if name == "over another account" {
				r.answer(h, true, "ada@example.com")
			}
			must.Do(t, h.SignIn(within(t), auth.SignInPreferred))
			st := h.State()
			if st.Status != auth.StatusHealthy || st.Email != "ada@example.com" || st.SigningIn {
				t.Errorf("the State is %+v", st)
			}
			s, _ := h.Manager().Snapshot()
			if !strings.Contains(r.content(), s.RefreshToken().Reveal()) || !r.server.Works(s.RefreshToken().Reveal()) {
				t.Error("the home has no working sign-in")
			}
		})
	}
}

// What the configuration does not allow counts as absent, and yet it is what a
// sign-in replaces.
func TestSignInOverWhatIsNotAllowed(t *testing.T) {
	r := newRig(t, box.Config{Account: box.Grace()})
	r.configure(`forced_chatgpt_workspace_id = "acct-grace"`)
	h := r.open()
	if st := h.State(); !st.Restricted {
		t.Fatalf("the State is %+v", st)
	}
	r.answer(h, true, "grace@example.com")
	must.Do(t, h.SignIn(within(t), auth.SignInPreferred))
	if st := h.State(); st.Status != auth.StatusHealthy || st.Email != "grace@example.com" || st.Restricted {
		t.Errorf("the State is %+v", st)
	}
}

// answer says yes or no as soon as the home asks about the account.
func (r *rig) answer(h *Home, yes bool, account string) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(within(r.t))
	r.t.Cleanup(cancel)
	asked := make(chan string, 1)
	go func() {
		for st := range h.Subscribe(ctx) {
			if st.SignIn.Other != "" {
				_ = h.AnswerSignIn(ctx, yes)
				asked <- st.SignIn.Other
				return
			}
		}
	}()
	r.t.Cleanup(func() {
		select {
		case got := <-asked:
			if got != account {
				r.t.Errorf("asked about %s, want %s", got, account)
			}
		default:
			r.t.Errorf("nobody asked about %s", account)
		}
	})
}

// Another account is not taken without being asked about.
func TestSignInToAnotherAccountIsDeclined(t *testing.T) {
	r := newRig(t, box.Config{Account: box.Grace()})
	before := r.content()
	h := r.open()
	r.answer(h, false, "grace@example.com")
	if err := h.SignIn(within(t), auth.SignInPreferred); !errors.Is(err, errAccountKept) {
		t.Errorf("SignIn = %v, want %v", err, errAccountKept)
	}
	if st := h.State(); r.content() != before || st.Email != "ada@example.com" || st.SigningIn || st.SignIn != (auth.SignInProgress{}) {
		t.Errorf("the State is %+v, the home:\n%s", st, r.content())
	}
	if err := h.AnswerSignIn(within(t), true); err != nil { // nobody asks any more
		t.Errorf("AnswerSignIn = %v", err)
	}
}

// The page's address can be copied while the browser is asked to show it.
func TestSignInShowsItsPage(t *testing.T) {
	r := newRig(t, box.Config{})
	b := newHeldBrowser()
	h := r.open(b.use)
	done := kit.Later(func() error { return h.SignIn(within(t), auth.SignInPreferred) })
	<-b.asked
	st := h.State()
	if p := st.SignIn; !st.SigningIn || p.Method != auth.SignInBrowser || !strings.HasPrefix(p.Page, r.server.Issuer()) || !p.Until.After(time.Now()) {
		t.Errorf("the State is %+v", st)
	}
	close(b.letGo)
	must.Do(t, <-done)
	if st := h.State(); st.SignIn != (auth.SignInProgress{}) {
		t.Errorf("the State is %+v", st)
	}
}

// A device code is in the State until it is entered.
func TestSignInWithADeviceCode(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{DeviceInterval: time.Second})
	agent, _ := r.join()
	client, _ := r.join()
	done := kit.Later(func() error { return client.SignIn(within(t), auth.SignInDevice) })
	for _, m := range []*Member{agent, client} {
		st := kit.Await(t, m, "a code", func(st auth.State) bool { return st.SignIn.UserCode != "" })
		if p := st.SignIn; !st.SigningIn || p.Method != auth.SignInDevice || !strings.HasPrefix(p.Page, r.server.Issuer()) || !p.Until.After(time.Now()) {
			t.Errorf("the State is %+v", st)
		}
	}
	must.Do(t, r.server.ApproveDevice(agent.State().SignIn.UserCode))
	must.Do(t, <-done)
	st := kit.Await(t, client, "the end", func(st auth.State) bool { return !st.SigningIn })
	if st.Status != auth.StatusHealthy || st.SignIn != (auth.SignInProgress{}) {
		t.Errorf("the State is %+v", st)
	}
}

func TestSignInIsRefusedAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		config string
		change func(*Options)
		want   error
	}{
		"the configuration forbids it": {`forced_login_method = "api"`, func(*Options) {}, auth.ErrSignInForbidden},
		"nobody to show the page to":   {"", func(o *Options) { o.OpenURL = nil }, errNoBrowser},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, box.Config{})
			r.configure(tt.config)
			before := r.content()
			h := r.open(tt.change)
			if err := h.SignIn(within(t), auth.SignInPreferred); !errors.Is(err, tt.want) {
				t.Errorf("SignIn = %v, want %v", err, tt.want)
			}
			if got := r.server.Requests(); len(got) > 0 || r.content() != before || h.State().SigningIn {
				t.Errorf("something was changed or asked: %+v, %+v", got, h.State())
			}
		})
	}
}

// The wrong workspace is found out after the sign-in; nothing of it is kept.
func TestSignInToAForbiddenWorkspace(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	r.configure(`forced_chatgpt_workspace_id = "acct-grace"`)
	before := r.content()
	var wrong *login.WorkspaceError
	if err := r.open().SignIn(within(t), auth.SignInPreferred); !errors.As(err, &wrong) || r.content() != before {
		t.Errorf("SignIn = %v, the home:\n%s", err, r.content())
	}
}

// Who has signed in or out while the page was open is not overwritten; who has
// only refreshed is.
func TestStoreThatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meanwhile func(*rig)
		want      error
	}{
		"another account": {func(r *rig) { r.put(r.newSignIn(box.Grace())) }, auth.ErrStoreChanged},
		"an API key":      {func(r *rig) { r.put(box.AuthJSON(box.WithAPIKey("x"))) }, auth.ErrStoreChanged},
		"signed out":      {func(r *rig) { _ = r.home.Delete() }, auth.ErrStoreChanged},
		"refreshed":       {func(r *rig) { r.put(r.newSignIn(box.Ada())) }, nil},
		"nothing":         {func(*rig) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{})
			h := r.open()
			shown, wait, _, err := h.BeginSignIn(within(t), auth.SignInBrowser)
			must.Do(t, err)
			// The flow reads the store before it shows the page.
			tt.meanwhile(r)
			after := r.content()
			must.Do(t, browse(within(t), shown.Page))
			if err := wait(); !errors.Is(err, tt.want) {
				t.Errorf("it ended with %v, want %v", err, tt.want)
			}
			if changed := r.content() != after; changed != (tt.want == nil) {
				t.Errorf("the home was changed: %t", changed)
			}
		})
	}
}

// The browser that cannot be started leaves the link.
func TestShowURLWithoutABrowser(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	shown := make(chan string, 1)
	h := r.open(func(o *Options) {
		o.OpenURL = func(context.Context, string) error { return errors.New("no browser") }
		o.ShowURL = func(url string) { shown <- url }
	})
	caller := kit.Later(func() error { return h.SignIn(within(t), auth.SignInPreferred) })
	must.Do(t, browse(within(t), kit.Receive(t, "a link", shown)))
	must.Do(t, <-caller)
}
