package agent

import (
	"context"
	"path/filepath"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/memory"
	"rekey/auth/store"
)

// peerLimit bounds the reading of another home's credentials.
const peerLimit = 5 * time.Second

// lineage is what this user's homes know of each other's refresh tokens, nil if
// Rekey's own folder cannot be used.
func (h *Home) lineage() auth.Lineage {
	l, err := memory.OpenLineage(filepath.Join(h.opts.Dirs.State, "tokens"), h.opts.Dir, h.id, h.peer)
	if err != nil {
		h.opts.Log.Warn("cannot find copies of this sign-in in other homes", "error", err)
		return nil
	}
	return l
}

// peer reads the credentials of another home of this user, wherever it keeps them.
func (h *Home) peer(ctx context.Context, dir string) (*auth.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, peerLimit)
	defer cancel()
	cfg, _ := codex.ReadConfig(dir) // an invalid one gives the defaults, as in Codex
	s, err := store.Open(dir, cfg, store.Options{
		SharedBus: h.opts.Store.SharedBus, BusAddress: h.opts.Store.BusAddress, KeyringTimeout: h.opts.Store.KeyringTimeout,
	})
	if err != nil {
		return nil, err
	}
	return s.Load(ctx)
}
