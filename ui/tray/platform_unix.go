//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"errors"
	stdlog "log"
	"log/slog"
	"strings"
	"sync"
	"time"

	"fyne.io/systray"

	"rekey/internal/sessionbus"
)

// iconSize is twice what panels commonly show, so that it stays sharp on dense
// screens; they scale it down.
const iconSize = 48

// dialLimit bounds the connecting to the bus at the start.
const dialLimit = 5 * time.Second

// errBusGone is the error of a tray whose desktop has gone away.
var errBusGone = errors.New("the connection was closed")

// present builds the item and keeps it on the panel until ctx ends or the bus
// goes away, which is a *NoBusError. A click in a bar without menus calls open.
//
// Everything is set before the item registers, so that there is never a blank
// icon. systray does not report the end of its connection, so a connection of
// our own does. On it watchPanel makes sure that the icon is registered.
func present(ctx context.Context, log *slog.Logger, build, open func()) error {
	dialling, cancel := context.WithTimeout(ctx, dialLimit)
	lifeline, err := sessionbus.Dial(dialling, "")
	cancel()
	if err != nil {
		return &NoBusError{Err: err}
	}
	defer func() { _ = lifeline.Close() }()

	systray.SetTitle("Rekey")
	build()
	quieten(log)
	start, end := systray.RunWithExternalLoop(nil, nil)
	start()
	defer end()
	if err := serveClicks(open); err != nil {
		log.Warn("Clicks on the icon do nothing in bars without menus", "error", err)
	}
	watching, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { watchPanel(watching, lifeline, log) })
	defer work.Wait()
	defer stop()
	select {
	case <-ctx.Done():
		return nil
	case <-lifeline.Context().Done():
		return &NoBusError{Err: errBusGone}
	}
}

// quieten redirects systray's messages on the standard logger to log, because a
// missing panel or a desktop that goes away is not worth printing. systray
// prints even after it has ended, so this is not undone.
func quieten(log *slog.Logger) {
	stdlog.SetFlags(0)
	stdlog.SetOutput(slog.NewLogLogger(log.Handler(), slog.LevelDebug).Writer())
}

// iconFile is the icon in the format that systray wants here. No name of a symbolic
// icon goes with it: panels draw those in one colour, and a State shows by its
// colour too. The pictures have rims, which keep them readable on every panel.
func iconFile(png []byte) []byte { return png }

// escape keeps underscores, which mark access keys in a D-Bus menu.
func escape(label string) string { return strings.ReplaceAll(label, "_", "__") }

// fit leaves the tooltip alone: it may have any length.
func fit(tooltip string) string { return tooltip }
