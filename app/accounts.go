package app

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/login"
	"rekey/internal/config"
	"rekey/internal/safefile"
	"rekey/lend"
	"rekey/ui/cli"
)

// makeHome makes the home of another account, which only this user may enter. It
// copies Codex's configuration from the home like, unless that is "".
func makeHome(home, like string) (copied cli.Copied, err error) {
	if like != "" {
		if _, err := os.Stat(like); err != nil {
			return copied, cmp.Or(codex.Absence(like), err)
		}
	}
	if err := (safefile.Disk{}).MkdirAll(home, 0o700); err != nil || like == "" {
		return copied, err
	}
	files, left, err := codex.MakeLike(like, home)
	copied = cli.Copied{Files: files, Left: make(map[string]error)}
	for _, l := range left {
		copied.Left[l.File] = l.Why
	}
	return copied, err
}

// accounts returns the names of the accounts that have a home.
func accounts() (names []string) {
	const prefix = ".codex-"
	entries, _ := os.ReadDir(userHome()) // none are seen where it cannot be read
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), prefix)
		if info, err := os.Stat(filepath.Join(userHome(), e.Name())); ok && err == nil && info.IsDir() {
			names = append(names, name)
		}
	}
	return names
}

// findProgram finds the program that "rekey run" is to run.
func findProgram(name string) (path string, err error) {
	path, err = exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", cli.ErrNoProgram.With("Program", name)
	}
	return "", notStarted(name, err)
}

// notStarted says why a program could not be started.
func notStarted(program string, err error) error {
	return cli.ErrNotStarted.With("Program", program, "Why", safefile.Cause(err))
}

// listedHomes returns the homes that the configuration file lists, whatever
// CODEX_HOME says, or the homes in use if the file lists none: as they are written
// there and as absolute paths.
func (w wiring) listedHomes() (written, homes []string) {
	if written, homes = config.Homes(w.config.path); len(homes) > 0 {
		return written, homes
	}
	return slices.Clone(w.config.Homes), w.config.Homes
}

// defaultHome is the home that Rekey looks after if the configuration lists none.
const defaultHome = "~/.codex"

// addHome adds a home to those that Rekey looks after.
func (w wiring) addHome(ctx context.Context, home string) error {
	written, homes := w.listedHomes()
	if len(written) == 0 {
		written = []string{defaultHome}
	}
	if slices.Contains(homes, home) {
		return nil
	}
	return config.Change(ctx, w.config.path, config.Set("homes", append(written, home)))
}

// removeHome takes a home off the list, and reports whether it was there. It
// deletes nothing else.
func (w wiring) removeHome(ctx context.Context, home string) (bool, error) {
	written, homes := w.listedHomes()
	var rest []string
	for i, listed := range homes {
		if listed != home {
			rest = append(rest, written[i])
		}
	}
	if len(rest) == len(homes) {
		return false, nil
	}
	if len(rest) == 0 {
		rest = []string{defaultHome} // as without the list
	}
	return true, config.Change(ctx, w.config.path, config.Set("homes", rest))
}

// lending returns the owner that lends a home's sign-in, and whether an agent
// keeps pushing.
func (w wiring) lending(ctx context.Context, home string) (*lend.Owner, bool, error) {
	h, _, err := w.open(home)
	if err != nil {
		return nil, false, err
	}
	_ = h.Reload(ctx) // errors show when lending
	return h.Lending(), h.Running(), nil
}

// signInAPIKey stores the API key that standard input holds. An agent sees it
// like any other change.
func (w wiring) signInAPIKey(ctx context.Context, home string) (cli.Report, error) {
	key, err := readAPIKey(ctx)
	if err != nil {
		return cli.Report{}, err
	}
	h, report, err := w.open(home)
	if err != nil {
		return report, err
	}
	_ = h.Reload(ctx) // the store is replaced in any case
	err = h.SignInAPIKey(ctx, key)
	err = errors.Join(err, w.closePart(ctx, h))
	report.State = h.State()
	return report, err
}

// readAPIKey reads until the end of the input or until ctx is done; a blocked
// read then ends with the process.
func readAPIKey(ctx context.Context) (auth.Secret, error) {
	type answer struct {
		key auth.Secret
		err error
	}
	read := make(chan answer, 1)
	go func() {
		key, err := login.ReadAPIKey(os.Stdin)
		read <- answer{key, err}
	}()
	select {
	case a := <-read:
		return a.key, a.err
	case <-ctx.Done():
		return auth.Secret{}, context.Cause(ctx)
	}
}
