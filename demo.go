package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"rekey/auth"
	"rekey/auth/authtest/demo"
	"rekey/ui/cli"
	"rekey/ui/notify"
	"rekey/ui/tray"
)

// demoLimit ends a demo that hangs when nobody is asked to click.
const demoLimit = 55 * time.Second

// demo shows the main job in a sandbox: in the tray where there is one, and
// always as text.
func (w wiring) demo(ctx context.Context, o cli.DemoOptions) error {
	dir, err := os.MkdirTemp("", "rekey-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log := newLog(os.Getenv("REKEY_LOG"))
	box, err := demo.Open(ctx, dir, version, log)
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
	shown := &counting{Notifier: printed{}, first: make(chan struct{})}
	if inTray {
		desktop := notify.NewDesktop(bus)
		defer desktop.Close()
		shown.Notifier = desktop
	}
	script := demo.Script{
		Say:      func(line string) { fmt.Println(line) },
		Notified: shown.wait,
		Click:    func(ctx context.Context) error { return clickDemo(ctx, box, o.Auto, inTray) },
	}
	play := func(ctx context.Context) error { return box.Run(ctx, script) }
	notices := func(ctx context.Context) error { notify.Run(ctx, box.Agent, shown, w.words, log); return nil }
	if inTray {
		return run(ctx, box.Agent, w.trayFace(box.Agent, box.Agent.Socket(), box.Agent.Dir(), log), play, notices)
	}
	return run(ctx, box.Agent, play, notices)
}

// clickDemo is the one click: by itself, by a key, or in the tray.
func clickDemo(ctx context.Context, box *demo.Sandbox, auto, inTray bool) error {
	switch {
	case auto:
		return box.Agent.SignIn(ctx, auth.SignInPreferred)
	case inTray:
		fmt.Println("   Now click \"Sign in again…\" in the tray or \"Sign in\" in the notification, or press Enter here.")
	default:
		fmt.Println("   Now press Enter to sign in again.")
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
				fmt.Println("   There is no keyboard here, so the demo presses Enter itself.")
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

// printed is the Notifier of a terminal.
type printed struct{}

// Show implements notify.Notifier.
func (printed) Show(_ context.Context, n notify.Notification) error {
	_, err := fmt.Printf("   [notification] %s: %s %s\n", n.Title, n.Account, n.Body)
	return err
}

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
