package memory

import (
	"bytes"
	"encoding/json"

	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// stateVersion is the version of the JSON files in the state directory.
const stateVersion = 1

// maxState is the size above which a file in the state directory is not read: 4
// MiB, several times what the bounded lists can need.
const maxState = 4 << 20

// errNewer means that a newer Rekey has written the file. It is left alone.
var errNewer = fault.New("newer_rekey", "a newer version of Rekey has written it")

// stateFile is the format of a JSON file in the state directory, oldest entry
// first.
type stateFile[T any] struct {
	Version int `json:"version"`
	Entries []T `json:"entries"`
}

// readState reads a state file. A missing or damaged file has no entries:
// losing them is not worth stopping for, and the next change replaces the file.
func readState[T any](s *Memory, name string) ([]T, error) { return readAbout[T](s, name, "") }

// readAbout is readState for a caller who looks for a fingerprint. Where it does not
// occur there are no entries: then the file, which may be large, is not parsed. Where
// there is a backslash it may occur in another spelling.
func readAbout[T any](s *Memory, name, fingerprint string) ([]T, error) {
	if s.why != nil {
		return nil, s.why
	}
	c, err := s.disk.Read(s.path(name), maxState)
	if err != nil || !bytes.Contains(c.Data, []byte(fingerprint)) && bytes.IndexByte(c.Data, '\\') < 0 {
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
// the new entries, or false to leave the file as it is. Only the newest keep
// entries stay.
func changeState[T any](s *Memory, name string, keep int, change func([]T) ([]T, bool)) error {
	if err := tryChangeState(s, name, keep, change); err != nil {
		return fault.New("change", "cannot change {{.What}}: {{.Why}}", "What", name, "Why", safefile.Cause(err))
	}
	return nil
}

func tryChangeState[T any](s *Memory, name string, keep int, change func([]T) ([]T, bool)) error {
	if s.why != nil {
		return s.why
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	entries, err := readState[T](s, name)
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
	return s.disk.Replace(s.path(name), append(data, '\n'), 0o600)
}
