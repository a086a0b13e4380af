package agent

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/auth/codex"
	"rekey/auth/login"
	"rekey/auth/memory"
	"rekey/auth/store"
	"rekey/internal/autostart"
	"rekey/internal/config"
	"rekey/internal/hook"
	"rekey/internal/proc"
	"rekey/lend"
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
	// FindCodex finds the user's own codex for SignInCodex, at the path that the
	// user has configured if that is not ""; nil: that method is not offered.
	FindCodex func(configured string) (login.CodexProgram, error)
	// AsCodex follows Codex to the letter: see auth.Options.
	AsCodex bool
	// Tell hands out what a person at the terminal should read; nil:
	// nobody does. It is called from any goroutine and must not block.
	Tell func(error)
	// LoginPorts are tried for a sign-in's callback; nil: Codex's own.
	LoginPorts []int
	// Settings is the path of the configuration file, which need not exist;
	// "": there is none, and what is chosen ends with the process.
	Settings string
	// Autostart starts Rekey when its user signs in to the desktop; nil: there
	// is no such thing.
	Autostart autostart.Login
	// Log receives one line for each decision; nil: nobody does.
	Log *slog.Logger
	// LogLevel is set to the level that the configuration file names; nil: it
	// sets none.
	LogLevel *slog.LevelVar
	// UsageFresh is for the demo: see usage.Options.
	UsageFresh time.Duration
	// Store is for tests: it replaces the file locks in the Codex home, and its
	// Step is called at the Manager's steps as well. Every program leaves it zero.
	Store store.Options
}

// Home is one Codex home with its Manager. Its methods are safe for
// concurrent use. It runs nothing by itself: see Watch and Agent.
type Home struct {
	opts      Options
	id        string // the short name of the home's identity
	stateDir  string // this home's own part of Dirs.State
	manager   *auth.Manager
	state     *memory.Memory
	store     *liveStore
	timeline  *timeline
	authority *lateAuthority
	signIns   signIns
	work      sync.WaitGroup // sign-ins
	hook      *hook.Hook
	meter     *meter
	lender    *lend.Lender

	saving sync.Mutex      // guards what follows, and keeps to one writer of the file at a time
	onFile config.Settings // what the configuration file says
	said   map[string]bool // what was told about it

	mu     sync.Mutex // guards everything below
	config codex.Config
	chosen config.Settings // what holds: the file, the environment over it, and what could not be saved
}

// secondLook is how long another process that won a race may take to commit.
const secondLook = 3 * time.Second

// Open puts a Home together. It creates Rekey's own folder for it and reads
// Codex's configuration, and leaves Codex's home alone. A home that cannot be
// entered is a State, not an error; an unusable configuration is neither, Codex
// goes on with its defaults.
func Open(opts Options) (*Home, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Tell == nil {
		opts.Tell = func(error) {}
	}
	id := identity(opts.Dir)
	h := &Home{opts: opts, id: id, stateDir: opts.Dirs.StateDir(opts.Dir)}
	h.authority = &lateAuthority{getenv: opts.Getenv}
	var err error
	if h.state, err = memory.OpenOn(opts.Store.Disk, h.stateDir); err != nil {
		opts.Log.Warn("Rekey's own folder cannot be used; nothing is refreshed", "error", err)
		h.state = memory.Unkept(err)
	}
	h.store = newLiveStore()
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
	return h, nil
}

// environ is what the programs that Rekey starts may know of the environment.
func (h *Home) environ() []string {
	return proc.Environment(func(name string) (string, bool) {
		value := h.opts.Getenv(name)
		return value, value != ""
	})
}

// Credentials implements appserver.Home.
func (h *Home) Credentials() appserver.Credentials { return h.manager }

// Manager returns the Manager of the home's credentials.
func (h *Home) Manager() *auth.Manager { return h.manager }

// Dir returns the Codex home.
func (h *Home) Dir() string { return h.opts.Dir }

// Identify names the program on whose behalf requests are sent.
func (h *Home) Identify(name, version string) { h.authority.identify(name, version) }

// Close ends a sign-in under way and waits until no refresh is, or until ctx
// ends: the answer of a refresh must not be lost.
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
