package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"rekey/auth/agent"
	"rekey/ui"
	"rekey/ui/cli"
	"rekey/ui/notify"
	"rekey/ui/tray"
)

// tray shows the tray of a home, whether this process is its agent or not.
func (w wiring) tray(ctx context.Context, home string) error {
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	var noBus *tray.NoBusError
	if err := tray.Probe(ctx, bus); errors.As(err, &noBus) {
		return &cli.NoTrayError{Reason: w.words.Say("tell.no_tray", "Why", w.words.Error(noBus.Err))}
	} else if errors.Is(err, tray.ErrNoPanel) {
		w.tell("tell.no_panel")
	}
	o, err := w.options(home)
	if err != nil {
		return err
	}
	h, err := agent.Open(o)
	if err != nil {
		return err
	}
	unlock, err := h.LockTray()
	if errors.Is(err, agent.ErrRunning) {
		w.tell("tell.already_running")
		return showWindow(ctx, h.Socket())
	}
	if err != nil {
		return err
	}
	defer unlock()
	m, err := agent.Join(ctx, o, version)
	if err != nil {
		return err
	}
	desktop := notify.NewDesktop(bus)
	defer desktop.Close()
	err = w.run(ctx, m, w.trayFace(m, m.Socket(), o.Dir, o.Log),
		func(ctx context.Context) error { notify.Run(ctx, m, desktop, w.words, o.Log); return nil })
	if errors.As(err, &noBus) {
		return &cli.NoTrayError{Reason: w.words.Say("tell.tray_gone")}
	}
	return err
}

// trayFace shows a session in the panel until its user quits.
func (w wiring) trayFace(s ui.Session, socket, dir string, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, quit := context.WithCancel(ctx)
		defer quit()
		return tray.Run(ctx, s, tray.Options{
			Words:      w.words,
			OpenWindow: func(ctx context.Context) error { return showWindow(ctx, socket) },
			OpenFolder: func(ctx context.Context) error { return openURL(ctx, dir) },
			Quit:       quit,
			DarkPanel:  true,
			Desktop:    os.Getenv("XDG_CURRENT_DESKTOP"),
			Log:        log,
		})
	}
}
