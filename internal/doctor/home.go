package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/appserver"
	"rekey/auth/store"
	"rekey/internal/hook"
)

// configuration looks at the configuration file and what it names.
func (in Inputs) configuration(context.Context) (f found) {
	value := in.Config
	if _, err := os.Stat(in.Config); errors.Is(err, fs.ErrNotExist) {
		value += " (not there: the defaults hold)"
	}
	f.fact(FactConfig, "", value)
	for _, problem := range in.Problems {
		f.finding(FindConfig, Warning, "", problem.Error(), "correct the configuration")
	}
	if in.Settings.Hook == "" {
		f.fact(FactHook, "", "none")
		return f
	}
	f.fact(FactHook, "", in.Settings.Hook)
	if err := hook.Check(in.Settings.Hook, in.Config); err != nil {
		var unsafe *hook.UnsafeError
		if errors.As(err, &unsafe) {
			f.finding(FindHook, Warning, "", "the hook is not run: "+err.Error(), "give it and its folders to yourself alone")
		} else {
			f.finding(FindHook, Warning, "", "the hook is not run: "+err.Error(), "correct the setting hook")
		}
	}
	return f
}

// home looks at a Codex home and its sign-in.
func (in Inputs) home(ctx context.Context, o agent.Options) (f found) {
	if _, err := os.Stat(o.Dir); errors.Is(err, fs.ErrNotExist) {
		f.fact(FactHome, o.Dir, "missing")
		f.finding(FindNoHome, Note, o.Dir, "the Codex home does not exist yet", "sign in, and it is made")
	} else {
		f.fact(FactHome, o.Dir, "exists")
	}
	cfg, err := store.ReadConfig(o.Dir)
	if err != nil {
		f.finding(FindConfig, Warning, o.Dir, "Codex's configuration cannot be used: "+err.Error(), "correct it; Codex's command line refuses to start")
	}
	f.fact(FactStore, o.Dir, string(cfg.Kind))
	f.keyring(ctx, o, cfg)
	f.permissions(o.Dir)
	f.locks(o.Dir)
	if _, err := store.OpenState(o.Dirs.StateDir(o.Dir)); err != nil {
		f.finding(FindState, Problem, o.Dir, "Rekey's own folder cannot be used, so nothing is renewed: "+err.Error(), "make it a folder of your own")
	}
	h, err := agent.Open(o)
	if err != nil {
		f.finding(FindUnreadable, Problem, o.Dir, err.Error(), "mend that")
		return f
	}
	_ = h.Reload(ctx, true) // what is wrong is in the State
	s, _ := h.Manager().Snapshot()
	f.signIn(o.Dir, h.State())
	if issued := s.AccessIssued(); issued.After(in.Now().Add(time.Minute)) {
		f.finding(FindFuture, Problem, o.Dir,
			fmt.Sprintf("the clock is behind: the access token was issued %v from now", issued.Sub(in.Now()).Round(time.Second)),
			"set the clock")
	}
	return f
}

// signIn says what the State says.
func (f *found) signIn(home string, st auth.State) {
	f.fact(FactStatus, home, string(st.Status))
	if st.Email != "" {
		account := st.Email
		if st.Plan != "" {
			account += " · " + st.Plan
		}
		f.fact(FactAccount, home, account)
	}
	if !st.ExpiresAt.IsZero() {
		f.fact(FactExpires, home, st.ExpiresAt.Format(time.RFC3339))
	}
	if !st.LastRefresh.IsZero() {
		f.fact(FactRefreshed, home, st.LastRefresh.Format(time.RFC3339))
	}
	switch {
	case st.Locked:
		f.finding(FindLocked, Problem, home, "the keyring is locked", "unlock it, for example from Rekey's menu")
	case st.Encrypted:
		f.finding(FindEncrypted, Warning, home, "Codex keeps this sign-in in its encrypted store, which Rekey does not read", `set cli_auth_credentials_store = "file" and sign in again`)
	case st.Restricted:
		f.finding(FindRestricted, Problem, home, st.Problem, "sign in as the configuration allows")
	case st.Status == auth.StatusUnreadable:
		f.finding(FindUnreadable, Problem, home, "the sign-in cannot be read: "+st.Problem, "mend that, or sign in again")
	case st.Status == auth.StatusSignedOut:
		f.finding(FindSignedOut, Note, home, "nobody is signed in", "sign in")
	case st.NeedsSignIn():
		f.finding(FindSignIn, Problem, home, "the sign-in was refused: "+string(st.Refused), "sign in again")
	case st.CannotSave:
		f.finding(FindCannotSave, Problem, home, "new tokens could not be saved, so none are asked for: "+st.Problem, "make the credential store writable")
	case st.Status == auth.StatusWaiting:
		f.finding(FindWaiting, Warning, home, "the access token is past or ending, and no renewal has worked: "+st.Problem, "look at the network, then refresh")
	}
}

// keyring looks whether the keyring that holds the sign-in, or would, answers.
// The store bounds the wait.
func (f *found) keyring(ctx context.Context, o agent.Options, cfg store.Config) {
	if cfg.Encrypted || cfg.Kind != store.KindKeyring && cfg.Kind != store.KindAuto {
		return
	}
	auto := cfg.Kind == store.KindAuto
	cfg.Kind = store.KindKeyring // "auto" hides what is wrong with it
	s, err := store.Open(o.Dir, cfg, o.Store)
	if err != nil {
		return // which the State says
	}
	_, err = s.Load(ctx)
	var unreadable *auth.UnreadableError
	switch {
	case !errors.As(err, &unreadable):
		f.fact(FactKeyring, o.Dir, "reachable")
	case unreadable.Locked:
		f.fact(FactKeyring, o.Dir, "locked") // what that means, the State says
	default:
		f.fact(FactKeyring, o.Dir, unreadable.What)
		if auto {
			f.finding(FindKeyring, Note, o.Dir, "the keyring cannot be used, so the sign-in is kept in auth.json: "+unreadable.What, "start a keyring service, if that is not wanted")
		}
	}
}

// permissions looks at who else may read or write the credentials.
func (f *found) permissions(home string) {
	path := filepath.Join(home, "auth.json")
	for _, look := range []struct{ code, path string }{{FindOpenFile, path}, {FindOpenFolder, home}} {
		info, err := os.Stat(look.path)
		if err != nil {
			continue // which the State says
		}
		if what := open(info); what != "" {
			f.finding(look.code, Warning, home, look.path+" "+what, "take the permission away with chmod")
		}
	}
}

// locks looks whether the filesystem has locks: without them nothing is renewed
// ahead of time.
func (f *found) locks(home string) {
	target, err := store.CredentialPath(home)
	if err != nil {
		return // which the State says
	}
	path := target + ".rekey.lock"
	if _, err := os.Stat(path); err != nil {
		tmp, err := os.CreateTemp(filepath.Dir(target), ".rekey-lock-")
		if err != nil {
			return // which the State says when it matters
		}
		_ = tmp.Close()
		path = tmp.Name()
		defer os.Remove(path)
	}
	unlock, err := store.TryLock(path, 0o600)
	switch {
	case err == nil:
		unlock()
	case errors.Is(err, store.ErrNoLocks):
		f.finding(FindNoLocks, Problem, home, "the home's filesystem has no file locks, so Rekey renews nothing there ahead of time", "keep the home on a filesystem of this machine")
	}
}

// agent looks at the Rekey that runs for a home.
func (in Inputs) agent(ctx context.Context, o agent.Options) (f found) {
	h, err := agent.Open(o)
	if err != nil {
		return f // which home says
	}
	client, err := h.Attach(ctx)
	var other *appserver.SchemaError
	switch {
	case err == nil:
		defer func() { _ = client.Close() }()
		f.fact(FactAgent, o.Dir, client.AgentVersion())
		if v := client.AgentVersion(); v != in.Version.Number {
			f.finding(FindOtherAgent, Note, o.Dir, "the Rekey that is running is of version "+v, "restart it to use this one")
		}
	case errors.As(err, &other):
		f.fact(FactAgent, o.Dir, other.Version)
		f.finding(FindOtherAgent, Warning, o.Dir, err.Error(), "restart Rekey")
	case h.Running():
		f.fact(FactAgent, o.Dir, "does not answer")
		f.finding(FindMuteAgent, Problem, o.Dir, "a Rekey is running for this home and does not answer: "+err.Error(), "restart Rekey")
	default:
		f.fact(FactAgent, o.Dir, "none")
		f.finding(FindNoAgent, Note, o.Dir, "no Rekey is running for this home, so nothing is renewed ahead of time", `start "rekey" or "rekey watch"`)
	}
	return f
}
