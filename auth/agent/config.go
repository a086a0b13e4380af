package agent

import (
	"context"
	"reflect"
	"strings"
	"sync"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store"
	"rekey/internal/fault"
)

// reloadConfig reads Codex's configuration again. The store, the provider and
// the restrictions take effect with the next read.
func (h *Home) reloadConfig() {
	cfg, err := codex.ReadConfig(h.opts.Dir)
	if err != nil {
		// Like Codex's app-server, go on with the defaults that come with it.
		h.opts.Log.Warn("cannot use Codex's configuration", "error", err)
	}
	h.mu.Lock()
	same := h.store.now() != nil && reflect.DeepEqual(h.config, cfg)
	h.config = cfg
	h.mu.Unlock()
	if same {
		return
	}
	if token := strings.TrimSpace(h.opts.Getenv("CODEX_ACCESS_TOKEN")); token != "" {
		h.store.set(fixedStore{store.Closed("the environment", errFromEnvironment), auth.NewAccessToken(auth.NewSecret(token))})
		return
	}
	s, err := store.Open(h.opts.Dir, cfg, h.opts.Store)
	if err != nil {
		h.store.set(store.Closed(auth.WhereSignIn, err))
		return
	}
	h.state.SealWith(nil)
	if sealer, ok := s.(store.Sealer); ok {
		h.state.SealWith(sealer.EscrowKey) // so that users who chose the keyring get no token in a plain file
	}
	h.store.set(s)
}

// RequiresOpenAIAuth returns false when the configured provider needs no OpenAI
// credentials.
func (h *Home) RequiresOpenAIAuth() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.config.RequiresOpenAIAuth
}

// restriction returns the configuration's objection to credentials, nil for
// none. Codex treats such credentials as absent without removing them.
func (h *Home) restriction(s *auth.Snapshot) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.config.Restriction(s)
}

// liveStore is the store that the configuration currently names.
type liveStore struct {
	mu  sync.Mutex // guards cur
	cur auth.Store // nil until the first set
}

func (l *liveStore) set(s auth.Store) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cur = s
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

// fixedStore holds the credentials of CODEX_ACCESS_TOKEN. All but reading them
// fails.
type fixedStore struct {
	auth.Store
	snapshot *auth.Snapshot
}

// errFromEnvironment says why a fixedStore cannot be changed.
var errFromEnvironment = fault.New("from_environment", "it comes from CODEX_ACCESS_TOKEN and cannot be changed here")

// Load implements auth.Store.
func (f fixedStore) Load(context.Context) (*auth.Snapshot, error) { return f.snapshot, nil }
