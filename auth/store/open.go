package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
	"rekey/auth/store/agefile"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// Options are what Open needs besides the configuration. The zero value is
// right for a long-running program.
type Options struct {
	// Disk accesses the files. Tests replace it; every program uses the zero
	// value.
	Disk safefile.Disk
	// SharedBus reads a Linux keyring with go-keyring on the process's shared
	// D-Bus connection, for commands without a tray.
	SharedBus bool
	// BusAddress is the D-Bus with the Secret Service; "" is the session's.
	// SharedBus ignores it.
	BusAddress string
	// KeyringTimeout bounds each exchange with the keyring; 0 means 3 s. It
	// must stay below 5 s, because Codex's lock is held meanwhile.
	KeyringTimeout time.Duration
	// Child opens and seals Codex's encrypted file; its zero value is right for a
	// program that calls agefile.Serve.
	Child agefile.Child
	// Step is called at each step of an Update that writes auth.json, in order,
	// under the locks held at that point. It is for tests and nil in every
	// program.
	Step func(auth.Step)
}

// Open returns the Store that Codex would use for a home according to its
// configuration. It touches nothing: problems show on Load.
func Open(home string, cfg codex.Config, opts Options) (auth.Store, error) {
	opts.KeyringTimeout = cmp.Or(opts.KeyringTimeout, defaultKeyringTimeout)
	auto := cfg.Store == codex.StoreAuto
	switch cfg.Store {
	case codex.StoreFile:
		return newFileStore(home, opts), nil
	case codex.StoreKeyring, codex.StoreAuto:
		if cfg.Encrypted {
			return newEncryptedStore(home, auto, opts), nil
		}
		return newKeyringStore(home, auto, opts), nil
	case codex.StoreEphemeral:
		return Closed("the memory of Codex", errEphemeral), nil
	}
	return nil, fmt.Errorf("unknown store %q", cfg.Store)
}

// The steps of an Update that writes auth.json, in order: see Options.Step. A
// round that finds new content starts again with the first.
const (
	// StepWritten: the new content is on the disk under a temporary name, or, if
	// auth.json can only be written in place, in the journal beside it.
	StepWritten auth.Step = "temporary file written"
	// StepTargetLocked: auth.json.lock is held as well.
	StepTargetLocked auth.Step = "auth.json.lock taken"
	// StepCompared: the content has not changed since the decision; the rename
	// is next.
	StepCompared auth.Step = "content compared"
	// StepRenamed: the new content is in place; only auth.lock is still held.
	StepRenamed auth.Step = "renamed"
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
