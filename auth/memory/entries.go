package memory

import (
	"encoding/json"
	"errors"
	"fmt"

	"rekey/internal/safefile"
)

// stateVersion is that of the JSON files in the state directory.
const stateVersion = 1

// maxState is the size above which a file in the state directory is not read,
// 4 MiB: several times what its bounded lists can need.
const maxState = 4 << 20

// errNewer means that a newer Rekey has written the file. It is left alone.
var errNewer = errors.New("a newer version of Rekey has written it")

// stateFile is the form of a JSON file in the state directory: entries, oldest
// first.
type stateFile[T any] struct {
	Version int `json:"version"`
	Entries []T `json:"entries"`
}

// readState reads a state file. One that is absent or damaged has no entries:
// what it held is not worth stopping for, and the next change replaces it.
func readState[T any](path string) ([]T, error) {
	c, err := safefile.Read(path, maxState)
	if err != nil {
		return nil, err
	}
	var f stateFile[T]
	if json.Unmarshal(c.Data, &f) != nil || f.Version < stateVersion {
		return nil, nil
	}
	if f.Version > stateVersion {
		return nil, errNewer
	}
	return f.Entries, nil
}

// changeState replaces a state file under the directory's lock. change returns
// the new entries, or false to leave the file as it is; of the entries only the
// newest keep stay.
func changeState[T any](s *Memory, name string, keep int, change func([]T) ([]T, bool)) error {
	if err := tryChangeState(s, name, keep, change); err != nil {
		return fmt.Errorf("change %s: %w", name, err)
	}
	return nil
}

func tryChangeState[T any](s *Memory, name string, keep int, change func([]T) ([]T, bool)) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	entries, err := readState[T](s.path(name))
	if err != nil {
		return err
	}
	entries, changed := change(entries)
	if !changed {
		return nil
	}
	entries = entries[max(0, len(entries)-keep):]
	data, err := json.MarshalIndent(stateFile[T]{stateVersion, entries}, "", "  ")
	if err != nil {
		return err
	}
	fresh, err := safefile.CreateTemp(s.dir, tempPrefix, append(data, '\n'))
	if err != nil {
		return err
	}
	defer fresh.Discard()
	if err := fresh.Rename(s.path(name)); err != nil {
		return err
	}
	return safefile.SyncDir(s.dir)
}
