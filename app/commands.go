package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/appserver"
	"rekey/auth/codex"
	"rekey/internal/fault"
	"rekey/internal/version"
	"rekey/ui/cli"
	"rekey/ui/words"
)

// closing is how long the program waits at its end for a refresh under way,
// whose answer must not be lost.
const closing = 2 * time.Minute

// tell says a message to the person at the terminal.
func (w wiring) tell(id string, pairs ...string) {
	fmt.Fprintln(os.Stderr, "rekey: "+words.OneLine(w.words.Say(id, pairs...)))
}

// passOn prints what the agent reports for the person at the terminal.
func (w wiring) passOn(said error) {
	if w.said.again(said.Error(), time.Now()) {
		return
	}
	fmt.Fprintln(os.Stderr, "rekey: "+words.OneLine(w.words.Sentence(said)))
}

// showURL prints a page's address when no browser can be started.
func (w wiring) showURL(url string) { w.tell("tell.open_page", "URL", url) }

// status reads a home once and sends nothing.
func (w wiring) status(ctx context.Context, home string) (cli.Report, error) {
	h, report, err := w.open(home)
	if err != nil {
		return report, err
	}
	if _, err := os.Stat(codex.EncryptedPath(report.Home)); err == nil {
		// Opening it takes two seconds and half a gigabyte; the agent has
		// already done so.
		if client, err := h.Attach(ctx); err == nil {
			defer func() { _ = client.Close() }()
			report.State, report.Kept = client.State(), true
			report.Usage, _ = client.KnownUsage(ctx) // without it the State is still true
			return report, nil
		}
	}
	_ = h.Reload(ctx) // what is wrong is in the State
	report.State, report.Kept = h.Known(ctx)
	report.Usage = h.Usage()
	if report.State.Status == auth.StatusSignedOut {
		report.Absence = codex.Absence(report.Home)
	}
	return report, nil
}

// refresh takes only the refresh lock, even if an agent is running. If
// interrupted, it still waits for the server's answer.
func (w wiring) refresh(ctx context.Context, home string) (cli.Report, error) {
	h, report, err := w.open(home)
	if err != nil {
		return report, err
	}
	if err = h.Reload(ctx); err == nil {
		err = h.Refresh(ctx)
	}
	err = errors.Join(err, w.closePart(ctx, h))
	report.State, report.Kept = h.State(), h.Running()
	return report, err
}

// watch becomes the agent of each home or attaches to it, and takes over when
// it exits.
func (w wiring) watch(ctx context.Context, homes []string, face func(context.Context, []cli.Watched) error) error {
	named := w.named(homes)
	var ours ourHomes
	for _, home := range homes {
		o, err := w.options(home)
		if err != nil {
			return err
		}
		ours = append(ours, &ourHome{options: o})
	}
	if err := ours.join(ctx); err != nil {
		return err
	}
	var list []cli.Watched
	for _, h := range ours {
		list = append(list, cli.Watched{Home: h.options.Dir, Session: h.member})
	}
	err := w.run(ctx, ours, func(ctx context.Context) error { return face(ctx, list) },
		func(ctx context.Context) error { return untilUnread(ctx, os.Stdout) },
		func(ctx context.Context) error { return w.untilOtherHomes(ctx, ours, homes, named) })
	if errors.Is(err, errOtherHomes) {
		return startAgain()
	}
	return err
}

// part is what a face shows: a member of a home, or its agent.
type part interface {
	Run(ctx context.Context) error
	Close(ctx context.Context) error
}

// run runs a part and its faces until one of them ends, and does not return
// while a refresh is under way. The first face stays on this goroutine, because
// the trays of Windows and macOS need the main one.
func (w wiring) run(ctx context.Context, p part, front func(context.Context) error, others ...func(context.Context) error) error {
	group, running := errgroup.WithContext(ctx)
	running, cancel := context.WithCancel(running)
	defer cancel()
	defer time.AfterFunc(starting, func() { giveBack(p) }).Stop()
	for _, f := range append(others, p.Run) {
		group.Go(func() error {
			defer cancel()
			return f(running)
		})
	}
	err := front(running)
	cancel()
	err = errors.Join(err, group.Wait())
	return errors.Join(err, w.closePart(ctx, p))
}

// starting is how long a program that stays takes to start, at the most, and few is
// how many homes leave hardly anything behind then.
const (
	starting = 2 * time.Second
	few      = 8
)

// giveBack has the collector keep less in hand from now on, because what idles for
// hours needs little, and returns what the start of many homes took to the system. For
// few, a first collection would itself take more than it finds, and keep it for good.
func giveBack(p part) {
	debug.SetGCPercent(75)
	if homes, ok := p.(ourHomes); ok && len(homes) > few {
		debug.FreeOSMemory()
	}
}

// closePart waits for the refresh under way, if there is one.
func (w wiring) closePart(ctx context.Context, p interface{ Close(context.Context) error }) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer stop()
	word := time.AfterFunc(time.Second, func() { w.tell("tell.refresh_under_way") })
	defer word.Stop()
	return p.Close(ctx)
}

// appServer answers on the standard streams. It is not an agent: it refreshes
// nothing ahead of time.
func (w wiring) appServer(ctx context.Context, home string, noWatch bool) error {
	o, err := w.options(home)
	if err != nil {
		return err
	}
	o.AsCodex, o.OpenURL, o.ShowURL = noWatch, nil, nil // the client opens the page
	h := agent.Open(o)
	_ = h.Reload(ctx) // errors are in the answers
	group, running := errgroup.WithContext(ctx)
	running, cancel := context.WithCancel(running)
	defer cancel()
	if !noWatch {
		group.Go(func() error { return h.Watch(running) })
	}
	group.Go(func() error {
		defer cancel()
		server := &appserver.Server{
			Home: h, Version: version.Current().Number, Platform: agent.Platform(),
			HostTokens: true, StaleAtStart: true, AsCodex: noWatch, Pushes: !noWatch,
		}
		return server.Serve(running, newStdio())
	})
	err = group.Wait()
	return errors.Join(err, w.closePart(ctx, h))
}

// stdio is the two standard streams as one connection.
type stdio struct {
	*io.PipeReader
	io.Writer
}

// newStdio copies standard input through a pipe, because closing a pipe
// unblocks its reader, while closing a terminal or a file does not. The copying
// ends with the input or the process.
func newStdio() stdio {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, os.Stdin)
		_ = w.CloseWithError(err) // nil means end of input
	}()
	return stdio{r, os.Stdout}
}

// window starts the window program for the agents of these homes, showing the
// first.
func (w wiring) window(ctx context.Context, homes []string) error {
	sockets, problems := make([]string, len(homes)), make([]error, len(homes))
	var asking sync.WaitGroup
	for i, home := range homes {
		h, _, err := w.open(home)
		if err != nil {
			return err
		}
		asking.Go(func() { // at once, because a mute one takes its time
			client, err := h.Attach(ctx)
			if problems[i] = err; err == nil {
				_ = client.Close() // the window opens a connection of its own
				sockets[i] = h.Socket()
			}
		})
	}
	asking.Wait()
	sockets = slices.DeleteFunc(sockets, func(s string) bool { return s == "" }) // no Rekey keeps those
	mute := slices.IndexFunc(problems, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) })
	switch {
	case len(sockets) == 0 && mute >= 0:
		return agent.ErrMute(problems[mute])
	case len(sockets) == 0:
		return fault.New("no_rekey", "no Rekey is running for this home; start it with \"rekey\" or \"rekey watch\" first")
	}
	return w.showWindow(ctx, sockets...)
}
