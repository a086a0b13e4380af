package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"rekey/auth/login"
	"rekey/internal/fault"
	"rekey/internal/proc"
)

// openURL shows a page in the user's browser. Its error is a
// *login.NoBrowserError or says why the first available program failed.
func openURL(ctx context.Context, url string) error {
	if err := login.CheckBrowser(runtime.GOOS, os.Getenv); err != nil {
		return err
	}
	return openWith(ctx, openers(runtime.GOOS, os.Getenv("BROWSER")), url, openingTime)
}

// openingTime is how long a program that opens a page may take to fail. One
// that still runs then is the browser itself.
const openingTime = 5 * time.Second

// opener is a program that shows a page in a browser.
type opener struct {
	program string
	args    []string // before the page
	// mayHang: still running does not mean success.
	mayHang bool
	// anyExit: its exit code means nothing.
	anyExit bool
}

// openers are the programs to try: those of the variable BROWSER, then the
// system's own. On Linux that may be WSL, where Windows has the browser, where
// xdg-open hangs now and then, and where Explorer always exits with 1.
func openers(system, browser string) (list []opener) {
	for _, program := range strings.Split(browser, string(os.PathListSeparator)) {
		if program != "" {
			list = append(list, opener{program: program})
		}
	}
	switch system {
	case "windows":
		return append(list, opener{program: "rundll32", args: []string{"url.dll,FileProtocolHandler"}})
	case "darwin":
		return append(list, opener{program: "open"})
	}
	return append(list, opener{program: "wslview"}, opener{program: "xdg-open", mayHang: true},
		opener{program: "explorer.exe", anyExit: true})
}

// openWith shows a page with the first of the programs that does not fail.
func openWith(ctx context.Context, list []opener, url string, limit time.Duration) error {
	var failed error
	hangs := false
	for _, o := range list {
		path, err := exec.LookPath(o.program)
		if err != nil {
			if failed == nil {
				failed = err
			}
			continue
		}
		running, err := o.open(ctx, path, url, limit)
		switch {
		case ctx.Err() != nil:
			return err
		case running && o.mayHang:
			hangs = true
		case err == nil:
			return nil
		case failed == nil || errors.Is(failed, exec.ErrNotFound):
			failed = err
		}
	}
	if hangs {
		return nil // it is still running, so it is probably the browser
	}
	if errors.Is(failed, exec.ErrNotFound) {
		return &login.NoBrowserError{}
	}
	return failed
}

// open starts the program. It reports whether that is still running after the
// limit, and returns an error if it has failed by then.
func (o opener) open(ctx context.Context, path, url string, limit time.Duration) (running bool, err error) {
	ended, err := detach(proc.Environment(os.LookupEnv), path, append(slices.Clone(o.args), url)...)
	if err != nil {
		return false, err
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil && !o.anyExit {
			return false, fault.New("not_shown", "{{.Program}} could not show it: {{.Why}}", "Program", filepath.Base(path), "Why", err)
		}
		return false, nil
	case <-timer.C:
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}
