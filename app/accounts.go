package app

import (
	"context"
	"slices"

	"rekey/internal/config"
	"rekey/internal/safefile"
	"rekey/lend"
)

// makeHome makes the home of another account, for its user alone.
func makeHome(home string) error { return safefile.Disk{}.MkdirAll(home, 0o700) }

// addHome adds a home to those that Rekey looks after.
func (w wiring) addHome(ctx context.Context, home string) error {
	homes := slices.Clone(w.config.Homes)
	if len(homes) == 0 {
		homes = []string{"~/.codex"}
	}
	if slices.Contains(homes, home) {
		return nil
	}
	return config.Change(ctx, w.config.path, config.Set("homes", append(homes, home)))
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
