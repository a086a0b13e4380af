package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/auth/agent"
	"rekey/internal/userdir"
	"rekey/internal/version"
	"rekey/lend"
	"rekey/ui/cli"
	"rekey/ui/notify"
	"rekey/ui/tray"
)

// noticePatience is how long a refusal waits before its notification while the
// access token still works. It is longer than the second look, because the
// winner of a race may have got its answer late.
const noticePatience = 10 * time.Second

// tray shows one tray for these homes, except those that another process's tray
// shows. If that is all of them, it shows the first one's window.
func (w wiring) tray(ctx context.Context, homes []string) error {
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	var noBus *tray.NoBusError
	if err := tray.Probe(ctx, bus); errors.As(err, &noBus) {
		return &cli.NoTrayError{Reason: w.words.Say("tell.no_tray", "Why", w.words.Error(noBus.Err))}
	} else if errors.Is(err, tray.ErrNoPanel) {
		w.tell(noPanel())
	}
	ours, first, err := w.takeHomes(homes)
	if err != nil {
		return err
	}
	defer ours.unlock()
	if len(ours) == 0 {
		w.tell("tell.already_running")
		return w.showWindow(ctx, first)
	}
	if err := ours.join(ctx); err != nil {
		return err
	}
	var notices []func(context.Context) error
	for i, h := range ours {
		desktop := notify.NewDesktop(bus)
		defer desktop.Close()
		o := notify.Options{Words: w.words, Patience: noticePatience, Log: h.options.Log}
		if len(ours) > 1 {
			o.Home = ours.name(i)
		}
		notices = append(notices, func(ctx context.Context) error { notify.Run(ctx, h.member, desktop, o); return nil })
		alerts := notify.NewDesktop(bus)
		defer alerts.Close()
		notices = append(notices, func(ctx context.Context) error { notify.RunAlerts(ctx, h.member, alerts, o); return nil })
		loans := notify.NewDesktop(bus)
		defer loans.Close()
		notices = append(notices, func(ctx context.Context) error { notify.RunLoans(ctx, h.member, loans, o); return nil })
	}
	notices = append(notices,
		func(ctx context.Context) error { return w.explainGNOME(ctx, ours[0].member, bus) },
		func(ctx context.Context) error { return w.untilOtherHomes(ctx, homes) })
	var shown []tray.Home
	for i, h := range ours {
		home := w.trayHome(ours.name(i), h.member, ours.sockets(i), h.options.Dir)
		home.AddAccount = func(context.Context) error { return w.startWindow(ours.sockets(i), "--add-account") }
		shown = append(shown, home)
	}
	diagnostics := func(ctx context.Context) (string, error) {
		return w.copyDiagnostics(ctx, ours.options(), ours[0].options.Dirs.StateDir(ours[0].options.Dir))
	}
	err = w.run(ctx, ours, w.trayFace(shown, diagnostics, ours[0].options.Log), notices...)
	switch {
	case errors.As(err, &noBus):
		return &cli.NoTrayError{Reason: w.words.Say("tell.tray_gone")}
	case errors.Is(err, errOtherHomes):
		ours.unlock()
		return startAgain()
	}
	return err
}

// trayHome returns a session for the tray. Its window shows the sockets, the
// first of which is its own.
func (w wiring) trayHome(name string, s lend.Session, sockets []string, dir string) tray.Home {
	return tray.Home{
		Name: name, Session: s,
		OpenWindow: func(ctx context.Context) error { return w.showWindow(ctx, sockets...) },
		OpenFolder: func(ctx context.Context) error { return openURL(ctx, dir) },
	}
}

// trayFace shows homes in the panel until the user quits. diagnostics may be
// nil.
func (w wiring) trayFace(homes []tray.Home, diagnostics func(context.Context) (string, error), log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, quit := context.WithCancel(ctx)
		defer quit()
		return tray.Run(ctx, homes, tray.Options{
			Words:           w.words,
			Copy:            copyText,
			CopyDiagnostics: diagnostics,
			Quit:            quit,
			DarkColours:     kdeColours,
			Desktop:         os.Getenv("XDG_CURRENT_DESKTOP"),
			Log:             log,
		})
	}
}

// ourHomes are the homes that this process's tray shows. They implement part.
type ourHomes []*ourHome

// sockets returns those of all homes, starting with number first.
func (homes ourHomes) sockets(first int) []string {
	list := []string{homes[first].member.Socket()}
	for i, h := range homes {
		if i != first {
			list = append(list, h.member.Socket())
		}
	}
	return list
}

// options returns those of all homes.
func (homes ourHomes) options() (list []agent.Options) {
	for _, h := range homes {
		list = append(list, h.options)
	}
	return list
}

// ourHome is one of them.
type ourHome struct {
	options agent.Options
	unlock  func() // of its tray lock
	// From join on:
	member *agent.Member
	stop   func()     // ends what it runs
	ended  chan error // how that ended; capacity 1
}

// takeHomes takes the tray locks of the homes that no other tray shows. A home
// with several names is taken once. first is the first home's socket.
func (w wiring) takeHomes(homes []string) (ours ourHomes, first string, err error) {
	seen := make(map[string]bool)
	for _, home := range homes {
		o, err := w.options(home)
		if err != nil {
			ours.unlock()
			return nil, "", err
		}
		h, err := agent.Open(o)
		if err != nil {
			ours.unlock()
			return nil, "", err
		}
		if first == "" {
			first = h.Socket()
		}
		if seen[h.Socket()] {
			continue
		}
		seen[h.Socket()] = true
		unlock, err := h.LockTray()
		if errors.Is(err, agent.ErrRunning) {
			continue
		}
		if err != nil {
			ours.unlock()
			return nil, "", err
		}
		ours = append(ours, &ourHome{options: o, unlock: unlock})
	}
	return ours, first, nil
}

// unlock releases the tray locks.
func (homes ourHomes) unlock() {
	for _, h := range homes {
		h.unlock()
	}
}

// join joins every home and immediately runs each: another process may have
// taken another of these homes, and each would wait for the other's answer.
func (homes ourHomes) join(ctx context.Context) error {
	group, joining := errgroup.WithContext(ctx)
	for _, h := range homes {
		group.Go(func() (err error) {
			if h.member, err = agent.Join(joining, h.options, version.Current().Number); err != nil {
				return err
			}
			running, stop := context.WithCancel(ctx)
			h.stop, h.ended = stop, make(chan error, 1)
			go func() { h.ended <- h.member.Run(running) }()
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		return errors.Join(err, homes.Run(gone), homes.Close(ctx))
	}
	return nil
}

// Run implements part: it stops what join has started when ctx is done or one
// of them ends.
func (homes ourHomes) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, h := range homes {
		if h.ended == nil {
			continue // it was not joined
		}
		group.Go(func() error {
			defer h.stop()
			select {
			case err := <-h.ended:
				return err
			case <-ctx.Done():
				h.stop()
				return <-h.ended
			}
		})
	}
	return group.Wait()
}

// Close implements part.
func (homes ourHomes) Close(ctx context.Context) error {
	var group errgroup.Group
	for _, h := range homes {
		if h.member != nil {
			group.Go(func() error { return h.member.Close(ctx) })
		}
	}
	return group.Wait()
}

// name is a home's path as its user writes it.
func (homes ourHomes) name(i int) string {
	dir := homes[i].options.Dir
	if user, err := userdir.Home(); err == nil {
		if rest, ok := strings.CutPrefix(dir, user+string(filepath.Separator)); ok {
			return "~" + string(filepath.Separator) + rest
		}
	}
	return dir
}
