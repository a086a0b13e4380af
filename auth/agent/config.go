package agent

import (
	"context"
	"sync"

	"rekey/auth"
	"rekey/auth/store"
)

// reloadConfig reads Codex's configuration again. What it says about the
// store, the provider and what is allowed holds from the next read on.
func (h *Home) reloadConfig() {
	cfg, err := store.ReadConfig(h.opts.Dir)
	if err != nil {
		h.store.set(brokenStore{&auth.UnreadableError{Where: "config.toml", What: err.Error(), Err: err}})
		return
	}
	h.mu.Lock()
	same := h.store.opened() && h.config.Equal(cfg)
	h.config = cfg
	h.mu.Unlock()
	if same {
		return
	}
	if token := h.opts.Getenv("CODEX_ACCESS_TOKEN"); token != "" {
		h.store.set(fixedStore{auth.NewAccessToken(auth.NewSecret(token))})
		return
	}
	s, err := store.Open(h.opts.Dir, cfg, store.Options{})
	if err != nil {
		h.store.set(brokenStore{&auth.UnreadableError{Where: "the credential store", What: err.Error(), Err: err}})
		return
	}
	h.store.set(s)
}

// RequiresOpenAIAuth is false when the configured provider needs no OpenAI
// credentials.
func (h *Home) RequiresOpenAIAuth() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.config.RequiresOpenAIAuth
}

// restriction is forced_login_method's and forced_chatgpt_workspace_id's
// objection to credentials. Codex treats such credentials as absent and
// leaves them alone.
func (h *Home) restriction(s *auth.Snapshot) string {
	h.mu.Lock()
	method, workspaces := h.config.ForcedLoginMethod, h.config.ForcedWorkspaces
	h.mu.Unlock()
	isKey := s.Kind() == auth.KindAPIKey
	switch {
	case method == "chatgpt" && isKey:
		return "config.toml allows only a sign-in with ChatGPT, and an API key is stored."
	case method == "api" && !isKey && s.Kind() != auth.KindNone:
		return "config.toml allows only an API key, and another sign-in is stored."
	case len(workspaces) > 0 && s.HasTokens() && !member(workspaces, s):
		return "config.toml allows only certain workspaces, and the stored sign-in belongs to another one."
	}
	return ""
}

func member(workspaces []string, s *auth.Snapshot) bool {
	account, ok := s.AccountID()
	if !ok {
		account = s.Claims().AccountID
	}
	for _, w := range workspaces {
		if w == account {
			return true
		}
	}
	return false
}

// liveStore is the store that the configuration names now.
type liveStore struct {
	mu  sync.Mutex // guards cur
	cur auth.Store // nil until the first set
}

func newLiveStore() *liveStore { return &liveStore{} }

func (l *liveStore) set(s auth.Store) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cur = s
}

// opened reports whether a configuration has been taken over before.
func (l *liveStore) opened() bool {
	_, broken := l.now().(brokenStore)
	return l.now() != nil && !broken
}

func (l *liveStore) now() auth.Store {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cur
}

// Load implements auth.Store.
func (l *liveStore) Load(ctx context.Context) (*auth.Snapshot, error) { return l.now().Load(ctx) }

// Update implements auth.Store.
func (l *liveStore) Update(ctx context.Context, decide func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	return l.now().Update(ctx, decide)
}

// Delete implements auth.Store.
func (l *liveStore) Delete(ctx context.Context) (bool, error) { return l.now().Delete(ctx) }

// Writable implements auth.Store.
func (l *liveStore) Writable(ctx context.Context) error { return l.now().Writable(ctx) }

// String implements auth.Store.
func (l *liveStore) String() string { return l.now().String() }

// brokenStore stands for a configuration that cannot be used.
type brokenStore struct{ err *auth.UnreadableError }

func (b brokenStore) Load(context.Context) (*auth.Snapshot, error) { return nil, b.err }
func (b brokenStore) Update(context.Context, func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	return b.err
}
func (b brokenStore) Delete(context.Context) (bool, error) { return false, b.err }
func (b brokenStore) Writable(context.Context) error       { return b.err }
func (b brokenStore) String() string                       { return b.err.Where }

// fixedStore holds what CODEX_ACCESS_TOKEN stands for; it cannot be changed.
type fixedStore struct{ snapshot *auth.Snapshot }

// errFromEnvironment answers every attempt to change a fixedStore.
var errFromEnvironment = &auth.UnreadableError{
	Where: "CODEX_ACCESS_TOKEN", What: "the sign-in comes from the environment and cannot be changed here",
}

func (f fixedStore) Load(context.Context) (*auth.Snapshot, error) { return f.snapshot, nil }
func (f fixedStore) Update(context.Context, func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	return errFromEnvironment
}
func (f fixedStore) Delete(context.Context) (bool, error) { return false, errFromEnvironment }
func (f fixedStore) Writable(context.Context) error       { return errFromEnvironment }
func (f fixedStore) String() string                       { return "the environment" }
