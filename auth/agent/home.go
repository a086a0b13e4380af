package agent

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/memory"
	"rekey/auth/store"
	"rekey/internal/autostart"
	"rekey/internal/config"
	"rekey/internal/hook"
	"rekey/internal/proc"
	"rekey/lend"
)

// Options configure a Home. Dir, Dirs and Getenv are required.
type Options struct {
	// Dir is the Codex home, absolute; it need not exist yet.
	Dir string
	// Dirs are Rekey's own folders.
	Dirs Dirs
	// Getenv reads the environment whose Codex variables are honoured.
	Getenv func(string) string
	// OpenURL shows a page in the user's browser; nil means that there is no
	// browser.
	OpenURL func(ctx context.Context, url string) error
	// ShowURL gets the page of a sign-in for the user to open; nil disables it.
	ShowURL func(url string)
	// FindCodex finds the user's own codex for SignInCodex, at the configured
	// path if that is not ""; nil disables that method.
	FindCodex func(configured string) (path string, err error)
	// AsCodex follows Codex to the letter: see auth.Options.
	AsCodex bool
	// Tell gets errors for the person at the terminal; nil discards them. It is
	// called from any goroutine and must not block.
	Tell func(error)
	// Quit ends the program when a client of the socket asks for it, without
	// waiting; nil: clients cannot end it.
	Quit func()
	// LoginPorts are tried for a sign-in's callback; nil means Codex's own.
	LoginPorts []int
	// Settings is the path of the configuration file, which need not exist; ""
	// means none, and changed preferences last until the process exits.
	Settings string
	// Autostart starts Rekey when the user signs in to the desktop; nil if that
	// is impossible.
	Autostart autostart.Login
	// Log receives one line for each decision; nil discards them.
	Log *slog.Logger
	// LogLevel is set to the level in the configuration file; may be nil.
	LogLevel *slog.LevelVar
	// UsageFresh is for the demo: see usage.Options.
	UsageFresh time.Duration
	// Tray is the tray lock of this process, which its Member takes again when the
	// folder was removed; nil: it has no tray.
	Tray *Lock
	// Store is for tests: it replaces the file locks in the Codex home, and its
	// Step is called at the Manager's steps as well. Every program leaves it zero.
	Store store.Options
}

// Socket is where the home's agent listens.
func (o Options) Socket() string { return socketPath(o.Dirs, identity(o.Dir)) }

// Home is one Codex home with its Manager. Its methods are safe for concurrent
// use. It starts nothing by itself: see Watch and Agent.
type Home struct {
	opts       Options
	id         string // the short name of the home's identity
	stateDir   string // this home's own part of Dirs.State
	manager    *auth.Manager
	state      *memory.Memory
	store      *liveStore
	timeline   *timeline
	authority  *lateAuthority
	signIns    signIns
	work       sync.WaitGroup // sign-ins
	hook       *hook.Hook
	meter      *meter
	lender     *lend.Lender
	socketGone chan struct{} // has a message when the socket may no longer be in its place

	saving sync.Mutex      // guards what follows, and serializes writing the file
	onFile config.Settings // what the configuration file says
	said   map[string]bool // the problems with it that were reported

	mu     sync.Mutex // guards everything below
	config codex.Config
	chosen config.Settings // in effect: the file, the environment over it, and what could not be saved
}

// secondLook is how long the winner of a race may take to commit.
const secondLook = 3 * time.Second

// Open returns the Home. It creates Rekey's own folder for it and reads Codex's
// configuration, and does not touch Codex's home. A home that cannot be read is
// a State, not an error; with an invalid configuration the defaults are used,
// as in Codex.
func Open(opts Options) *Home {
	opts.Log = cmp.Or(opts.Log, slog.New(slog.DiscardHandler))
	if opts.Tell == nil {
		opts.Tell = func(error) {}
	}
	id := identity(opts.Dir)
	h := &Home{opts: opts, id: id, stateDir: filepath.Join(opts.Dirs.State, id), socketGone: make(chan struct{}, 1)}
	h.authority = &lateAuthority{getenv: opts.Getenv}
	var err error
	if h.state, err = memory.Open(opts.Store.Disk, h.stateDir); err != nil {
		opts.Log.Warn("cannot use Rekey's own folder; nothing is refreshed", "error", err)
		h.state = memory.Unkept(err)
	}
	h.store = new(liveStore)
	h.reloadConfig()
	h.timeline = &timeline{state: h.state, written: h.activityWritten}
	managed := auth.Options{
		Store:       h.store,
		Authority:   h.authority,
		Memory:      h.state,
		Activity:    h.timeline.add,
		RefreshLock: h.refreshLock,
		Restriction: h.restriction,
		AsCodex:     opts.AsCodex,
		Log:         opts.Log,
		Step:        opts.Store.Step,
	}
	if !opts.AsCodex {
		managed.SecondLook = secondLook
	}
	managed.Lineage = h.lineage()
	h.manager = auth.NewManager(managed)
	h.loadActivity()
	h.hook = hook.New(hook.Options{
		Config: opts.Settings, Home: opts.Dir, Lock: filepath.Join(opts.Dirs.State, "hook.lock"),
		Environ: h.environ(), Tell: opts.Tell, Log: opts.Log,
	})
	h.meter = newMeter(h)
	h.lender = h.newLender()
	h.readSettings()
	h.showStartAtLogin()
	return h
}

// environ is the environment of programs that Rekey starts.
func (h *Home) environ() []string {
	return proc.Environment(func(name string) (string, bool) {
		value := h.opts.Getenv(name)
		return value, value != ""
	})
}

// Manager returns the Manager of the home's credentials.
func (h *Home) Manager() *auth.Manager { return h.manager }

// Dir returns the Codex home.
func (h *Home) Dir() string { return h.opts.Dir }

// Identify sets the program on whose behalf requests are sent.
func (h *Home) Identify(name, version string) { h.authority.identify(name, version) }

// Close cancels a running sign-in and waits for a running refresh, whose answer
// must not be lost, until ctx is done.
func (h *Home) Close(ctx context.Context) error {
	h.CancelSignIn()
	done := make(chan struct{})
	go func() {
		h.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		err := h.manager.Close(ctx)
		h.timeline.wait() // a write takes milliseconds
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// peerLimit bounds the reading of another home's credentials.
const peerLimit = 5 * time.Second

// lineage is what this user's homes know of each other's refresh tokens, nil if
// Rekey's own folder cannot be used.
func (h *Home) lineage() auth.Lineage {
	l, err := memory.OpenLineage(filepath.Join(h.opts.Dirs.State, "tokens"), h.opts.Dir, h.id, h.peer)
	if err != nil {
		h.opts.Log.Warn("cannot find copies of this sign-in in other homes", "error", err)
		return nil
	}
	return l
}

// peer reads the credentials of another home of this user, wherever it keeps them.
func (h *Home) peer(ctx context.Context, dir string) (*auth.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, peerLimit)
	defer cancel()
	cfg, _ := codex.ReadConfig(dir) // an invalid one gives the defaults, as in Codex
	s, err := store.Open(dir, cfg, store.Options{
		SharedBus: h.opts.Store.SharedBus, BusAddress: h.opts.Store.BusAddress, KeyringTimeout: h.opts.Store.KeyringTimeout,
	})
	if err != nil {
		return nil, err
	}
	return s.Load(ctx)
}
