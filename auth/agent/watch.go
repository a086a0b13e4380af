package agent

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/memory"
	"rekey/lend"
	"rekey/usage/files"
	"rekey/watcher"
)

// rereads are the pauses before unreadable content is read again: it may be
// half written, and the event for the rest may be lost.
var rereads = [...]time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond}

// Watch updates the Manager from the store and from other processes' records,
// the known usage from theirs, and the preferences from the configuration file,
// until ctx is done. It reads at its start and immediately after each event.
func (h *Home) Watch(ctx context.Context) error {
	w, err := h.watcher()
	if err != nil {
		return err
	}
	return h.watch(ctx, w)
}

// watch is Watch with a watcher that may watch the socket as well, where it is a file.
func (h *Home) watch(ctx context.Context, w *watcher.Watcher) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error {
		h.follow(ctx, w.Changes(), w.Which)
		return nil
	})
	return group.Wait()
}

// watcher watches every file that Watch reads, and more.
func (h *Home) watcher(more ...string) (*watcher.Watcher, error) {
	watched := append(append(more, codex.ConfigPaths(h.opts.Dir)...), filepath.Join(h.opts.Dir, codex.AuthFile), codex.EncryptedPath(h.opts.Dir), memory.RefusalsPath(h.stateDir), memory.AttemptsPath(h.stateDir),
		lend.BookPath(h.stateDir), files.RecordPath(h.stateDir))
	if h.opts.Settings != "" {
		watched = append(watched, h.opts.Settings)
	}
	if h.opts.Autostart != nil && h.opts.Autostart.File() != "" {
		watched = append(watched, h.opts.Autostart.File()) // the desktop's own settings change it, too
	}
	return watcher.New(watched)
}

// CannotWatch returns why the system would not report changes to Watch, which
// then polls; nil if it would. It does not need a running Agent.
func (h *Home) CannotWatch() error {
	w, err := h.watcher()
	if err != nil {
		return err
	}
	return w.Refused()
}

// follow reads whenever changes or the keyring report something, until ctx is
// done. which says what has changed: if only the credentials, the configuration
// is not read, because the user is waiting; if only the usage or the socket, nothing
// else is.
func (h *Home) follow(ctx context.Context, changes <-chan struct{}, which func() (changed []string, ok bool)) {
	credentials, record, socket := filepath.Join(h.opts.Dir, codex.AuthFile), files.RecordPath(h.stateDir), h.Socket()
	r := &reader{home: h}
	defer r.keyring.stop()
	r.read(ctx, true)
	for {
		select {
		case <-changes:
			changed, ok := which()
			if !ok || slices.Contains(changed, socket) {
				h.checkSocket()
			}
			if !ok || slices.Contains(changed, record) {
				h.meter.service.Known(ctx)
			}
			changed = slices.DeleteFunc(changed, func(file string) bool { return file == record || file == socket })
			if ok && len(changed) == 0 {
				continue
			}
			r.tries = 0
			r.read(ctx, !ok || r.again != nil || slices.ContainsFunc(changed, func(file string) bool { return file != credentials }))
		case _, ok := <-r.keyring.changes:
			if !ok {
				r.keyring.stop() // the signals have ended; the next read subscribes anew
			}
			r.tries = 0
			r.read(ctx, true)
		case <-r.again:
			r.read(ctx, true)
		case <-ctx.Done():
			return
		}
	}
}

// reader reads what Watch watches. It belongs to the goroutine of follow.
type reader struct {
	home    *Home
	keyring keyringEvents
	again   <-chan time.Time // fires when half-written content is due for another look
	tries   int              // to read that
}

// read reads the store, and with all also the configurations.
func (r *reader) read(ctx context.Context, all bool) {
	h := r.home
	r.again = nil
	if all {
		h.reloadConfig()
	}
	r.keyring.follow(ctx, h.store.now())
	final := r.tries == len(rereads)
	reload := h.tryReload
	if final {
		reload = h.Reload
	}
	err := reload(ctx)
	h.lender.Poke()
	incomplete := all && h.reloadSettings(final) // after it: nothing of a sign-in depends on them
	if all {
		h.showStartAtLogin()
	}
	if _, ok := errors.AsType[*auth.UnreadableError](err); (incomplete || ok) && !final {
		r.again = time.After(rereads[r.tries])
		r.tries++
		return
	}
	r.tries = 0
}
