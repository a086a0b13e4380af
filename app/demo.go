package app

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"rekey/auth"
	"rekey/internal/box/demo"
	"rekey/internal/version"
	"rekey/ui/cli"
	"rekey/ui/notify"
	"rekey/ui/tray"
	"rekey/ui/words"
	"rekey/usage"
)

// demoLimit ends a demo that hangs when nobody is asked to click.
const demoLimit = 55 * time.Second

// demo shows the main job in a sandbox: in the tray if there is one, and always
// as text.
func (w wiring) demo(ctx context.Context, o cli.DemoOptions) error {
	dir, err := os.MkdirTemp("", "rekey-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: w.config.Stderr}))
	box, err := demo.Open(ctx, dir, version.Current().Number, log)
	if err != nil {
		return err
	}
	defer box.Close(ctx)
	if o.Auto {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, demoLimit)
		defer cancel()
	}
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	inTray := !o.Text && tray.Probe(ctx, bus) == nil
	shown := &counting{Notifier: printed{w.words}, first: make(chan struct{})}
	if inTray {
		desktop := notify.NewDesktop(bus)
		defer desktop.Close()
		shown.Notifier = desktop
	}
	script := demo.Script{
		Say:      func(id string, pairs ...string) { fmt.Println(w.words.Say(id, pairs...)) },
		Used:     func(of usage.Window) { fmt.Println("   " + w.words.WindowRow(of, time.Now())) },
		Notified: shown.wait,
		Click:    func(ctx context.Context) error { return w.clickDemo(ctx, box, o.Auto, inTray) },
	}
	play := func(ctx context.Context) error { return box.Run(ctx, script) }
	notices := func(ctx context.Context) error {
		notify.Run(ctx, box.Agent, shown, notify.Options{Words: w.words, Log: log})
		return nil
	}
	if inTray {
		return w.run(ctx, box.Agent, w.trayFace([]tray.Home{w.trayHome("", box.Agent, []string{box.Agent.Socket()}, box.Agent.Dir())}, tray.Options{Log: log}), play, notices)
	}
	return w.run(ctx, box.Agent, play, notices)
}

// clickDemo is the one click: automatic, by a key, or in the tray.
func (w wiring) clickDemo(ctx context.Context, box *demo.Sandbox, auto, inTray bool) error {
	switch {
	case auto:
		return box.Agent.SignIn(ctx, auth.SignInPreferred)
	case inTray:
		w.hint("demo.click_or_enter")
	default:
		w.hint("demo.enter")
	}
	pressed := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(os.Stdin).ReadString('\n')
		pressed <- err
	}()
	healthy, cancel := context.WithCancel(ctx)
	defer cancel()
	states := box.Agent.Subscribe(healthy)
	for {
		select {
		case err := <-pressed:
			if err == nil {
				return box.Agent.SignIn(ctx, auth.SignInPreferred)
			}
			if !inTray {
				w.hint("demo.no_keyboard")
				return box.Agent.SignIn(ctx, auth.SignInPreferred)
			}
			pressed = nil
		case st := <-states:
			if !st.NeedsSignIn() && !st.SigningIn {
				return nil
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// hint says a message below the last line.
func (w wiring) hint(id string) { fmt.Println("   " + w.words.Say(id)) }

// printed is the Notifier of a terminal.
type printed struct{ words words.Words }

// Show implements notify.Notifier.
func (p printed) Show(_ context.Context, n notify.Notification) error {
	_, err := fmt.Println("   " + p.words.Say("demo.notification", "Title", n.Title, "Account", n.Account, "Body", n.Body))
	return err
}

// Correct implements notify.Notifier: what is printed stays.
func (printed) Correct(context.Context, notify.Notification) error { return nil }

// Withdraw implements notify.Notifier: what is printed stays.
func (printed) Withdraw(context.Context) error { return nil }

// counting counts what a Notifier has shown.
type counting struct {
	notify.Notifier
	count atomic.Int32
	first chan struct{} // closed by the first
}

// Show implements notify.Notifier.
func (c *counting) Show(ctx context.Context, n notify.Notification) error {
	err := c.Notifier.Show(ctx, n)
	if err == nil && c.count.Add(1) == 1 {
		close(c.first)
	}
	return err
}

// wait waits for the first notification and returns the number so far.
func (c *counting) wait(ctx context.Context) int {
	select {
	case <-c.first:
	case <-ctx.Done():
	}
	return int(c.count.Load())
}
