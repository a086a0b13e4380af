// Rekey-window is Rekey's graphical window. The agent starts it when it is
// asked for; it is a client of the agent's socket and gone when it is closed.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"rekey/assets"
	"rekey/assets/lang"
	"rekey/auth/appserver"
	"rekey/ui/window"
	"rekey/ui/words"
)

// dialLimit bounds the connecting to the agent, which is on this machine.
const dialLimit = 5 * time.Second

func main() {
	socket := flag.String("socket", "", "the socket of the agent to show (needed)")
	flag.Parse()
	if *socket == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*socket); err != nil {
		fmt.Fprintf(os.Stderr, "rekey-window: %v.\n", err)
		os.Exit(1)
	}
}

// run shows the window for the agent at socket until it is closed.
func run(socket string) error {
	if err := checkDisplay(); err != nil {
		return err
	}
	dialling, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	session, err := appserver.Dial(dialling, socket)
	if err != nil {
		return err
	}
	defer session.Close()

	a := app.NewWithID("io.github.rekey.Rekey")
	a.SetIcon(fyne.NewStaticResource("rekey.svg", assets.AppSVG()))
	ctx, closed := context.WithCancel(context.Background())
	w := window.New(ctx, a, session, words.New(lang.ForUser("", os.Getenv)), slog.New(slog.NewTextHandler(os.Stderr, nil)))
	w.ShowAndRun()
	closed() // also when the app was ended by a signal
	w.Wait()
	return nil
}
