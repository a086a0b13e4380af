package agent

import (
	"errors"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// What config.toml says holds from the moment it is written.
func TestConfigurationHoldsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	h := r.open()
	r.run(h.Watch)
	kit.Await(t, h, "healthy", status(auth.StatusHealthy))

	r.configure(`forced_login_method = "api"`)
	st := kit.Await(t, h, "restricted", func(st auth.State) bool { return st.Restricted })
	if st.Status != auth.StatusSignedOut || !strings.Contains(st.Problem, "only an API key") {
		t.Errorf("with a method that is not allowed the State is %+v", st)
	}
	r.configure(`forced_chatgpt_workspace_id = "acct-grace"`)
	st = kit.Await(t, h, "about the workspace", func(st auth.State) bool { return strings.Contains(st.Problem, "workspace") })
	if !st.Restricted {
		t.Errorf("with a workspace that is not allowed the State is %+v", st)
	}
	r.configure(`cli_auth_credentials_store = "ephemeral"`)
	st = kit.Await(t, h, "about another store", func(st auth.State) bool { return st.Store != r.home.AuthPath() })
	if st.Status != auth.StatusUnreadable {
		t.Errorf("with another store the State is %+v", st)
	}
	r.configure(`cli_auth_credentials_store = "file"`)
	kit.Await(t, h, "healthy again", status(auth.StatusHealthy))
	r.wantRefreshes(0)
}

func TestProviderIsFollowed(t *testing.T) {
	r := newRig(t, box.Config{})
	h := r.open()
	r.run(h.Watch)
	if !h.RequiresOpenAIAuth() {
		t.Error("without a configuration no OpenAI credentials are required")
	}
	r.configure("model_provider = \"own\"\n[model_providers.own]\nname = \"own\"\n")
	kit.Eventually(t, "the provider that needs no sign-in", func() bool { return !h.RequiresOpenAIAuth() })
	r.configure("")
	kit.Eventually(t, "the provider that does", h.RequiresOpenAIAuth)
}

// A configuration that cannot be used leaves Codex's defaults, as in Codex's
// app-server, and says so in the log.
func TestUnusableConfigurationLeavesTheDefaults(t *testing.T) {
	r := newRig(t, box.Config{})
	r.configure("forced_login_method = [")
	if st := r.open().State(); st.Status != auth.StatusHealthy {
		t.Errorf("the State is %+v", st)
	}
	if !strings.Contains(r.log.String(), "cannot use Codex's configuration") {
		t.Errorf("the log says nothing of it:\n%s", r.log)
	}
}

// CODEX_ACCESS_TOKEN beats auth.json, and nothing writes past it.
func TestAccessTokenFromTheEnvironment(t *testing.T) {
	r := newRig(t, box.Config{})
	before := r.content()
	r.env["CODEX_ACCESS_TOKEN"] = "at-not-a-real-one"
	h := r.open()
	r.run(h.Watch)
	st := kit.Await(t, h, "external", status(auth.StatusExternal))
	if st.Method != auth.KindPersonalToken || st.Store != "the environment" {
		t.Errorf("the State is %+v", st)
	}
	must.Do(t, h.Refresh(within(t)))
	r.configure(`forced_chatgpt_workspace_id = "acct-ada"`) // another configuration, the same store
	if err := h.SignIn(within(t), auth.SignInPreferred); !errors.Is(err, errFromEnvironment) {
		t.Errorf("SignIn = %v, want %v", err, errFromEnvironment)
	}
	if _, err := h.Manager().Logout(within(t)); !errors.Is(err, errFromEnvironment) {
		t.Errorf("Logout = %v, want %v", err, errFromEnvironment)
	}
	if h.State().Status != auth.StatusExternal || r.content() != before || r.server.Refreshes() != 0 {
		t.Errorf("something was changed or sent: %+v, %d requests", h.State(), r.server.Refreshes())
	}
}

// Every call goes to the store that the configuration names at that moment.
func TestLiveStorePassesEverythingOn(t *testing.T) {
	live := new(liveStore)
	ctx := t.Context()
	broken := errors.New("it is broken")
	for _, tt := range []struct {
		store auth.Store
		err   error
	}{
		{store.Closed("somewhere", broken), broken},
		{fixedStore{Store: store.Closed("the environment", errFromEnvironment)}, errFromEnvironment},
	} {
		live.set(tt.store)
		if live.String() != tt.store.String() {
			t.Errorf("its name is %q, want %q", live, tt.store)
		}
		if err := live.Update(ctx, nil); !errors.Is(err, tt.err) {
			t.Errorf("%s: Update = %v", tt.store, err)
		}
		if _, err := live.Delete(ctx); !errors.Is(err, tt.err) {
			t.Errorf("%s: Delete = %v", tt.store, err)
		}
		if err := live.Writable(ctx); !errors.Is(err, tt.err) {
			t.Errorf("%s: Writable = %v", tt.store, err)
		}
	}
	live.set(store.Closed("somewhere", broken))
	if _, err := live.Load(ctx); !errors.Is(err, broken) {
		t.Errorf("Load = %v", err)
	}
}
