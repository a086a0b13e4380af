package agent

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/auth/store"
)

// Options describe a Home. Dir, Dirs and Getenv are needed.
type Options struct {
	// Dir is the Codex home, absolute; it need not exist yet.
	Dir string
	// Dirs are Rekey's own folders.
	Dirs Dirs
	// Getenv reads the environment whose Codex variables are honoured.
	Getenv func(string) string
	// OpenURL shows a page in the user's browser; nil: there is no browser.
	OpenURL func(ctx context.Context, url string) error
	// ShowURL hands out the page of a sign-in for the user to open; nil:
	// nobody reads it.
	ShowURL func(url string)
	// AsCodex follows Codex to the letter: see auth.Options.
	AsCodex bool
	// LoginPorts are tried for a sign-in's callback; nil: Codex's own.
	LoginPorts []int
	// Log receives one line for each decision; nil: nobody does.
	Log *slog.Logger
}

// Home is one Codex home with its Manager. Its methods are safe for
// concurrent use. It runs nothing by itself: see Watch and Agent.
type Home struct {
	opts           Options
	credentialPath string // resolved
	id             string // the short name of the home's identity
	stateDir       string // this home's own part of Dirs.State
	manager        *auth.Manager
	state          *store.State
	store          *liveStore
	authority      *liveAuthority
	signIns        signIns
	work           sync.WaitGroup // sign-ins

	mu     sync.Mutex // guards everything below
	config store.Config
}

// secondLook is how long another process that won a race may take to commit.
const secondLook = 3 * time.Second

// lockWait is how long a renewal waits for one that another process has under
// way: longer than the request's limit (45 s), the second look and the commit,
// which may wait a minute for Codex's lock, together.
const lockWait = 2 * time.Minute

// Open puts a Home together. It creates Rekey's own folder for it and reads
// Codex's configuration, and leaves Codex's home alone. A configuration that
// cannot be read is a State, not an error.
func Open(opts Options) (*Home, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	credentials, err := store.CredentialPath(opts.Dir)
	if err != nil {
		return nil, err
	}
	id, err := store.ID(opts.Dir)
	if err != nil {
		return nil, err
	}
	h := &Home{opts: opts, credentialPath: credentials, id: id, stateDir: filepath.Join(opts.Dirs.State, id)}
	if h.authority, err = newLiveAuthority(opts.Getenv); err != nil {
		return nil, err
	}
	if h.state, err = store.OpenState(h.stateDir); err != nil {
		opts.Log.Warn("Rekey's own folder cannot be used; nothing is renewed", "error", err)
		h.state = store.UnkeptState()
	}
	h.store = newLiveStore()
	h.reloadConfig()
	managed := auth.Options{
		Store:        h.store,
		Authority:    h.authority,
		Fingerprints: h.state,
		Refusals:     h.state,
		Notices:      h.state,
		Escrow:       h.state,
		RefreshLock:  refreshLock(opts),
		Restriction:  h.restriction,
		AsCodex:      opts.AsCodex,
		Log:          opts.Log,
	}
	if !opts.AsCodex {
		managed.SecondLook = secondLook
	}
	h.manager = auth.NewManager(managed)
	h.loadKeepFresh()
	return h, nil
}

// refreshLock takes the home's cross-process refresh lock. Codex has none: to
// follow it to the letter, only another Rekey may hold a renewal back, not a
// folder in which no lock can be had.
func refreshLock(opts Options) func(context.Context) (func(), error) {
	lock := store.RefreshLock(opts.Dir, nil, lockWait)
	if !opts.AsCodex {
		return lock
	}
	return func(ctx context.Context) (func(), error) {
		unlock, err := lock(ctx)
		if err != nil && !errors.Is(err, store.ErrLockBusy) {
			return func() {}, nil
		}
		return unlock, err
	}
}

// Manager returns the Manager of the home's credentials.
func (h *Home) Manager() *auth.Manager { return h.manager }

// Dir returns the Codex home.
func (h *Home) Dir() string { return h.opts.Dir }

// Identify names the program on whose behalf requests are sent.
func (h *Home) Identify(name, version string) { h.authority.identify(name, version) }

// Close ends a sign-in under way and waits until no renewal is, or until ctx
// ends: the answer of a renewal must not be lost.
func (h *Home) Close(ctx context.Context) error {
	h.CancelSignIn()
	h.work.Wait()
	return h.manager.Close(ctx)
}

// liveAuthority is an authority.Client that can change its name.
type liveAuthority struct {
	mu     sync.Mutex // guards everything below
	cfg    authority.Config
	client *authority.Client
}

func newLiveAuthority(getenv func(string) string) (*liveAuthority, error) {
	cfg := authority.ConfigFromEnv(getenv)
	network, err := networkFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	cfg.HTTP = network
	return &liveAuthority{cfg: cfg, client: authority.New(cfg)}, nil
}

func (a *liveAuthority) identify(name, version string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cfg.Originator, a.cfg.UserAgent = name, name+"/"+version
	a.client = authority.New(a.cfg)
}

func (a *liveAuthority) now() *authority.Client {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.client
}

// Refresh implements auth.Authority.
func (a *liveAuthority) Refresh(ctx context.Context, req auth.RefreshRequest) (auth.TokenResponse, error) {
	return a.now().Refresh(ctx, req)
}

// Revoke implements auth.Authority.
func (a *liveAuthority) Revoke(ctx context.Context, token auth.Secret, hint string) error {
	return a.now().Revoke(ctx, token, hint)
}
