package store

import (
	"context"

	"rekey/auth"
	"rekey/internal/fault"
)

// closed is a store that cannot be used.
type closed struct {
	name string
	err  error
}

// Closed returns a store of that name whose every call fails with an
// *auth.UnreadableError that says why.
func Closed(name string, why error) auth.Store {
	return closed{name, &auth.UnreadableError{Where: auth.WhereSignIn, What: why}}
}

// errEphemeral says why credentials in a Codex process cannot be read.
var errEphemeral = fault.New("ephemeral", `Codex keeps it in its own memory (cli_auth_credentials_store = "ephemeral")`)

// String implements auth.Store.
func (c closed) String() string { return c.name }

// Load implements auth.Store.
func (c closed) Load(context.Context) (*auth.Snapshot, error) { return nil, c.err }

// Update implements auth.Store.
func (c closed) Update(context.Context, decision) error { return c.err }

// Delete implements auth.Store.
func (c closed) Delete(context.Context) (bool, error) { return false, c.err }

// Writable implements auth.Store.
func (c closed) Writable(context.Context) error { return c.err }
