package main

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"

	"rekey/assets"
	"rekey/internal/fault"
	"rekey/ui/window"
	"rekey/ui/words"
)

// askLimit bounds the request to another window, which is on this machine but may
// be about to open.
const askLimit = 5 * time.Second

// closeLimit bounds the wait for what is under way when the window is closed: an
// agent may hang.
const closeLimit = 2 * time.Second

// opening is how long a window takes to open, at the most.
const opening = 2 * time.Second

// errNoWindow: Fyne needs OpenGL and there is none.
var errNoWindow = fault.New("no_opengl", "this display cannot draw the window because it has no OpenGL; everything else works without it")

// show shows the window for the agents at the sockets until it is closed, in
// the language of speech. If there is one already, that one comes forward.
func show(o options, speech words.Words, log *slog.Logger) error {
	if o.ask == askLearn {
		askEvery(o)
		return nil
	}
	if err := checkDisplay(); err != nil {
		return err
	}
	noBusOfItsOwn()
	collectLater()
	ctx, closed := context.WithCancel(context.Background())
	defer closed()
	place, done := takePlace(ctx, o)
	if done {
		return nil
	}
	defer place.leave()
	found := dialAll(ctx, o.sockets) // while Fyne gets ready, which takes longer
	a := app.NewWithID("io.github.rekey.Rekey")
	a.SetIcon(fyne.NewStaticResource("rekey.svg", assets.AppSVG()))
	homes, err := found()
	if err != nil {
		return err
	}
	s := &shown{sockets: o.sockets}
	s.Window = window.New(ctx, a, window.Options{
		Homes: homes, Words: speech, Log: log, Logs: folder(o.logs),
		Open: a.OpenURL, Diagnostics: diagnose, AddAccount: addAccount, Do: fyne.Do,
		Closed: func() {
			closed()
			place.leave()
			s.end()
		},
	})
	if err := s.appear(); err != nil {
		return err
	}
	s.serve(ctx, place)
	if o.ask == askAdd {
		fyne.Do(func() { s.AskAccount(ctx) })
	}
	a.Run()
	closed() // also when the app was ended by a signal
	s.wait()
	return nil
}

// askEvery asks the window of each socket what these options say.
func askEvery(o options) {
	until := time.Now().Add(askLimit)
	for _, socket := range o.sockets {
		askFirst(socket, o, until)
	}
}

// collectLater has the collector wait until the window is open: Fyne reads megabytes
// of fonts first, and to collect in between would make the window a tenth later.
func collectLater() {
	usual := debug.SetGCPercent(800)
	time.AfterFunc(opening, func() { debug.SetGCPercent(usual) })
}

// shown is the window, and what it shows.
type shown struct {
	*window.Window
	sockets []string       // only Fyne's goroutine touches it
	asked   sync.WaitGroup // what other starts ask
}

// wait waits for everything that is under way.
func (s *shown) wait() {
	s.Wait()
	s.asked.Wait()
}

// end ends the program, not by way of Fyne 2.8, whose end now and then panics: it
// closes the queue that its last event is on its way to. It keeps nothing of ours.
// (Seen with v2.8.1; not reported upstream as far as we know.
// https://github.com/fyne-io/fyne/issues/5132 was like it.)
func (s *shown) end() {
	within(closeLimit, s.wait)
	os.Exit(exitClosed)
}

// appear puts the window on the display.
func (s *shown) appear() error {
	// On X11 a window's class is the title that it is created with, and desktops find
	// the desktop entry by the class. Wayland has Fyne's id of the app for that.
	title := s.Title()
	s.SetTitle("Rekey")
	s.Show()
	s.SetTitle(title)
	if !drawn(s.Window.Window) {
		return errNoWindow
	}
	return nil
}

// serve answers other starts until ctx ends.
func (s *shown) serve(ctx context.Context, at place) {
	s.asked.Go(func() {
		at.serve(ctx, func(asked options, done func()) { fyne.Do(func() { s.answer(ctx, asked); done() }) })
	})
}

// answer does what another start asks for.
func (s *shown) answer(ctx context.Context, asked options) {
	var more []window.Home
	for _, socket := range asked.sockets {
		if !slices.Contains(s.sockets, socket) {
			s.sockets, more = append(s.sockets, socket), append(more, homeAt(socket))
		}
	}
	s.Add(ctx, more...)
	if asked.ask != askLearn {
		s.RequestFocus()
	}
	if asked.ask == askAdd {
		s.AskAccount(ctx)
	}
}

// folder is a folder's address, nil when there is none.
func folder(path string) *url.URL {
	if path == "" {
		return nil
	}
	return &url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
}

// within waits until f has returned, but no longer than the limit.
func within(limit time.Duration, f func()) {
	done := make(chan struct{})
	go func() { f(); close(done) }()
	select {
	case <-done:
	case <-time.After(limit):
	}
}

// drawn reports whether the system has created the window.
func drawn(w fyne.Window) bool {
	native, ok := w.(interface{ RunNative(func(any)) })
	if !ok {
		return true
	}
	made := true
	native.RunNative(func(context any) {
		switch c := context.(type) {
		case driver.X11WindowContext:
			made = c.WindowHandle != 0
		case driver.WaylandWindowContext:
			made = c.WaylandSurface != 0
		case driver.WindowsWindowContext:
			made = c.HWND != 0
		case driver.MacWindowContext:
			made = c.NSWindow != 0
		}
	})
	return made
}
