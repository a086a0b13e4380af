package store

import (
	"fmt"
	"time"

	"rekey/auth"
)

// Options are what Open needs beside the configuration. The zero value is
// right for a program that stays.
type Options struct {
	// Locker takes file locks; nil: TryLock.
	Locker Locker
	// SharedBus reads a Linux keyring with go-keyring on the process's shared
	// D-Bus connection: for commands that show no tray.
	SharedBus bool
	// BusAddress is the D-Bus with the Secret Service; "": the session's.
	// SharedBus does not know it.
	BusAddress string
	// KeyringTimeout bounds each exchange with the keyring; 0: 3 s. It must stay
	// below 5 s, for Codex's lock is held meanwhile.
	KeyringTimeout time.Duration
	// Step is called at each step of an Update that writes auth.json, in their
	// order, under the locks that are held by then: for tests, nil in every
	// program.
	Step func(auth.Step)
}

// Open returns the Store that Codex would use for a home, as its configuration
// says. It touches nothing: what is wrong shows on Load.
func Open(home string, cfg Config, opts Options) (auth.Store, error) {
	if opts.Locker == nil {
		opts.Locker = TryLock
	}
	if opts.KeyringTimeout == 0 {
		opts.KeyringTimeout = defaultKeyringTimeout
	}
	auto := cfg.Kind == KindAuto
	switch cfg.Kind {
	case KindFile:
		return newFileStore(home, opts), nil
	case KindKeyring, KindAuto:
		if cfg.Encrypted {
			return encryptedStore(home, auto, opts), nil
		}
		return newKeyringStore(home, auto, opts), nil
	case KindEphemeral:
		return ephemeralStore(), nil
	}
	return nil, fmt.Errorf("no store is called %q", cfg.Kind)
}
