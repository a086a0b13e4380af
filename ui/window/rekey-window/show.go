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
	"rekey/auth/appserver"
	"rekey/internal/fault"
	"rekey/ui/window"
	"rekey/ui/words"
)

// dialLimit bounds the connecting to an agent, which is on this machine.
const dialLimit = 5 * time.Second

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
		until := time.Now().Add(askLimit)
		for _, socket := range o.sockets {
			askFirst(socket, o, until)
		}
		return nil
	}
	if err := checkDisplay(); err != nil {
		return err
	}
	noBusOfItsOwn()
	// Fyne reads megabytes of fonts first. To collect in between would make the window a
	// tenth later.
	usual := debug.SetGCPercent(800)
	time.AfterFunc(opening, func() { debug.SetGCPercent(usual) })
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
	var w *window.Window
	var asked sync.WaitGroup
	w = window.New(ctx, a, window.Options{
		Homes:       homes,
		Words:       speech,
		Open:        a.OpenURL,
		Log:         log,
		Logs:        folder(o.logs),
		Diagnostics: diagnose,
		AddAccount:  addAccount,
		Do:          fyne.Do,
		Closed: func() {
			closed()
			place.leave()
			within(closeLimit, func() { w.Wait(); asked.Wait() })
			// Not by way of Fyne 2.8, whose end now and then panics: it closes
			// the queue that its last event is on its way to. It keeps nothing
			// of ours. (Seen with v2.8.1; not reported upstream as far as we
			// know. https://github.com/fyne-io/fyne/issues/5132 was like it.)
			os.Exit(exitClosed)
		},
	})
	// On X11 a window's class is the title that it is created with, and desktops find
	// the desktop entry by the class. Wayland has Fyne's id of the app for that.
	title := w.Title()
	w.SetTitle("Rekey")
	w.Show()
	w.SetTitle(title)
	if !drawn(w.Window) {
		return errNoWindow
	}
	shown := o.sockets
	do := func(asked options) { // on Fyne's goroutine
		var more []window.Home
		for _, socket := range asked.sockets {
			if !slices.Contains(shown, socket) {
				shown, more = append(shown, socket), append(more, homeAt(socket))
			}
		}
		w.Add(ctx, more...)
		if asked.ask != askLearn {
			w.RequestFocus()
		}
		if asked.ask == askAdd {
			w.AskAccount(ctx)
		}
	}
	asked.Go(func() {
		place.serve(ctx, func(asked options, done func()) { fyne.Do(func() { do(asked); done() }) })
	})
	if o.ask == askAdd {
		fyne.Do(func() { w.AskAccount(ctx) })
	}
	a.Run()
	closed() // also when the app was ended by a signal
	w.Wait()
	asked.Wait()
	return nil
}

// homeAt is the home whose agent has this socket.
func homeAt(socket string) window.Home {
	return window.Home{Dial: func(ctx context.Context) (window.Connection, error) { return dial(ctx, socket) }}
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

// dialAll starts connecting to every agent concurrently. found waits for them;
// if none answers, it returns the first one's error.
func dialAll(ctx context.Context, sockets []string) (found func() ([]window.Home, error)) {
	homes, problems := make([]window.Home, len(sockets)), make([]error, len(sockets))
	var all sync.WaitGroup
	for i, socket := range sockets {
		homes[i] = homeAt(socket)
		all.Go(func() {
			s, err := dial(ctx, socket)
			if problems[i] = err; err == nil {
				homes[i].First = s
			}
		})
	}
	return func() ([]window.Home, error) {
		all.Wait()
		for _, err := range problems {
			if err == nil {
				return homes, nil
			}
		}
		return nil, problems[0]
	}
}

// dial connects to one agent. It returns no typed nil.
func dial(ctx context.Context, socket string) (window.Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	c, err := appserver.Dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	return c, nil
}
