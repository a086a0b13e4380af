package app

import (
	"context"
	"errors"
	"os"
	"time"

	"rekey/auth/agent"
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
	named := w.named(homes)
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	var noBus *tray.NoBusError
	desk, err := tray.Connect(ctx, bus)
	if errors.As(err, &noBus) {
		return &cli.NoTrayError{Reason: w.words.Say("tell.no_tray", "Why", w.words.Error(noBus.Err))}
	}
	defer desk.Close()
	if errors.Is(err, tray.ErrNoPanel) {
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
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	for _, h := range ours {
		h.options.Quit = quit // a window ends what the menu can end
	}
	if err := ours.join(ctx); err != nil {
		return err
	}
	notices := append(w.notices(ours, bus),
		func(ctx context.Context) error { return w.explainGNOME(ctx, ours[0].member, bus) },
		func(ctx context.Context) error { return w.untilOtherHomes(ctx, ours, homes, named) })
	diagnostics := func(ctx context.Context) (string, error) {
		return w.copyDiagnostics(ctx, ours.options(), ours[0].options.Dirs.StateDir(ours[0].options.Dir))
	}
	err = w.run(ctx, ours, w.trayFace(w.trayHomes(ours), tray.Options{Bus: desk, CopyDiagnostics: diagnostics, Log: ours[0].options.Log}), notices...)
	switch {
	case errors.As(err, &noBus):
		return &cli.NoTrayError{Reason: w.words.Say("tell.tray_gone")}
	case errors.Is(err, errOtherHomes), errors.Is(err, agent.ErrOtherTray):
		ours.unlock()
		return startAgain()
	}
	return err
}

// notices are what shows notifications about each of our homes.
func (w wiring) notices(ours ourHomes, bus string) (all []func(context.Context) error) {
	for i, h := range ours {
		o := notify.Options{Words: w.words, Patience: noticePatience, Log: h.options.Log}
		if len(ours) > 1 {
			o.Home = ours.name(i)
		}
		all = append(all,
			notifying(bus, func(ctx context.Context, n notify.Notifier) { notify.Run(ctx, h.member, n, o) }),
			notifying(bus, func(ctx context.Context, n notify.Notifier) { notify.RunAlerts(ctx, h.member, n, o) }),
			notifying(bus, func(ctx context.Context, n notify.Notifier) { notify.RunLoans(ctx, h.member, n, o) }))
	}
	return all
}

// notifying runs f with a Notifier of its own.
func notifying(bus string, f func(context.Context, notify.Notifier)) func(context.Context) error {
	return func(ctx context.Context) error {
		desktop := notify.NewDesktop(bus)
		defer desktop.Close()
		f(ctx, desktop)
		return nil
	}
}

// trayHomes returns our homes for the tray.
func (w wiring) trayHomes(ours ourHomes) (all []tray.Home) {
	for i, h := range ours {
		home := w.trayHome(ours.name(i), h.member, ours.sockets(i), h.options.Dir)
		home.AddAccount = func(context.Context) error { return w.startWindow(ours.sockets(i), "--add-account") }
		all = append(all, home)
	}
	return all
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

// trayFace shows homes in the panel until the user quits. It completes the options.
func (w wiring) trayFace(homes []tray.Home, o tray.Options) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, quit := context.WithCancel(ctx)
		defer quit()
		o.Words, o.Copy, o.Quit, o.DarkColours = w.words, copyText, quit, kdeColours
		o.Desktop = os.Getenv("XDG_CURRENT_DESKTOP")
		return tray.Run(ctx, homes, o)
	}
}
