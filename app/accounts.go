package app

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rekey/auth/codex"
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

// listedHomes returns the homes that the configuration file lists, whatever
// CODEX_HOME says, or the homes in use if the file lists none.
func (w wiring) listedHomes() []string {
	if file, _ := config.Load(w.config.path); len(file.Homes) > 0 {
		return file.Homes
	}
	return slices.Clone(w.config.Homes)
}

// addHome adds a home to those that Rekey looks after.
func (w wiring) addHome(ctx context.Context, home string) error {
	homes := w.listedHomes()
	if len(homes) == 0 {
		homes = []string{"~/.codex"}
	}
	if slices.Contains(homes, home) {
		return nil
	}
	return config.Change(ctx, w.config.path, config.Set("homes", append(homes, home)))
}

// removeHome takes a home off the list, and reports whether it was there. It
// deletes nothing else.
func (w wiring) removeHome(ctx context.Context, home string) (bool, error) {
	all := w.listedHomes()
	homes := slices.DeleteFunc(slices.Clone(all), func(listed string) bool {
		if rest, ok := strings.CutPrefix(listed, "~/"); ok {
			listed = filepath.Join(userHome(), rest)
		}
		return listed == home
	})
	if len(homes) == len(all) {
		return false, nil
	}
	return true, config.Change(ctx, w.config.path, config.Set("homes", homes))
}

// lending returns the owner that lends a home's sign-in, and whether an agent
// keeps pushing.
func (w wiring) lending(ctx context.Context, home string) (*lend.Owner, bool, error) {
	h, _, err := w.open(home)
	if err != nil {
		return nil, false, err
	}
	_ = h.Reload(ctx, true) // errors show when lending
	return h.Lending(), h.Running(), nil
}
