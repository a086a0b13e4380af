package store

import (
	"context"

	"rekey/auth"
	"rekey/internal/fault"
)

// ephemeralStore is the memory of a Codex process, which no other process can
// read.
type ephemeralStore struct{}

func (ephemeralStore) err() error {
	return &auth.UnreadableError{
		Where: auth.WhereSignIn,
		What:  fault.New("ephemeral", `Codex keeps it in its own memory (cli_auth_credentials_store = "ephemeral")`),
	}
}

// String implements auth.Store.
func (ephemeralStore) String() string { return "the memory of Codex" }

// Load implements auth.Store.
func (s ephemeralStore) Load(context.Context) (*auth.Snapshot, error) { return nil, s.err() }

// Update implements auth.Store.
func (s ephemeralStore) Update(context.Context, decision) error { return s.err() }

// Delete implements auth.Store.
func (s ephemeralStore) Delete(context.Context) (bool, error) { return false, s.err() }

// Writable implements auth.Store.
func (s ephemeralStore) Writable(context.Context) error { return s.err() }
