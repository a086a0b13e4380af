package store

import (
	"fmt"

	"rekey/auth"
)

// Options are what Open needs beside the configuration. The zero value is right
// for everything but tests.
type Options struct {
	// Locker takes file locks; nil: TryLock.
	Locker Locker
}

// Open returns the Store that Codex would use for a home, as its configuration
// says. It touches nothing: what is wrong shows on Load.
func Open(home string, cfg Config, opts Options) (auth.Store, error) {
	if opts.Locker == nil {
		opts.Locker = TryLock
	}
	switch cfg.Kind {
	case KindFile:
		return newFileStore(home, opts.Locker), nil
	}
	return nil, fmt.Errorf("no store is called %q", cfg.Kind)
}
