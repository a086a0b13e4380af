// Package files keeps what Rekey remembers about usage: the newest figures and
// a history of seven days in the home's state folder, and, for all homes of the
// user, the pause that the backend has asked for. Only the user can read its
// files (0600). They hold percentages and times, but no token, name or account
// id.
package files

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"rekey/internal/safefile"
	"rekey/usage"
)

// The files. The pause is in the folder for all homes.
const (
	recordFile  = "usage.json"
	historyFile = "usage-history.json"
	lockFile    = "usage.lock"
	restFile    = "usage-pause.json"
)

// version is the version of the files' format. Files of another version are not
// read.
const version = 1

// maxFile bounds what is read, in bytes.
const maxFile = 4 << 20

// Memory implements usage.Memory with the files of one home. The zero value is
// not usable.
type Memory struct {
	// Home is the home's state folder.
	Home string
	// User is the state folder for all homes.
	User string
}

var _ usage.Memory = Memory{}

// RecordPath returns where a home's newest figures are kept, below its state
// folder.
func RecordPath(stateDir string) string { return filepath.Join(stateDir, recordFile) }

// Lock implements usage.Memory.
func (f Memory) Lock(ctx context.Context) (unlock func(), err error) {
	return safefile.Lock(ctx, filepath.Join(f.Home, lockFile), 0o600)
}

// Load implements usage.Memory.
func (f Memory) Load() usage.Record { return load[usage.Record](RecordPath(f.Home)) }

// Save implements usage.Memory.
func (f Memory) Save(r usage.Record) error { return save(RecordPath(f.Home), r) }

// Rest implements usage.Memory.
func (f Memory) Rest() usage.Rest { return load[usage.Rest](filepath.Join(f.User, restFile)) }

// SetRest implements usage.Memory.
func (f Memory) SetRest(r usage.Rest) error { return save(filepath.Join(f.User, restFile), r) }

// history is the content of historyFile.
type history struct {
	Account string        `json:"account"`
	Points  []usage.Point `json:"points"`
}

// History implements usage.Memory.
func (f Memory) History(account string) []usage.Point {
	h := load[history](filepath.Join(f.Home, historyFile))
	if h.Account != account {
		return nil
	}
	return h.Points
}

// AddHistory implements usage.Memory. The caller holds the lock.
func (f Memory) AddHistory(account string, points []usage.Point, now time.Time) error {
	return save(filepath.Join(f.Home, historyFile), history{account, thin(append(f.History(account), points...), now)})
}

const (
	// kept is how long a point is kept.
	kept = 7 * 24 * time.Hour
	// apart is the minimum time between two points of a window.
	apart = 15 * time.Minute
	// maxPoints bounds the file: seven days of six windows.
	maxPoints = 6 * int(kept/apart)
)

// thin keeps, of the seven days before now, the newest point of each window in
// each quarter of an hour.
func thin(points []usage.Point, now time.Time) []usage.Point {
	slices.SortStableFunc(points, func(a, b usage.Point) int { return a.At.Compare(b.At) })
	type slot struct {
		limit   string
		minutes int
		at      time.Time
	}
	seen := make(map[slot]bool)
	var left []usage.Point
	for _, p := range slices.Backward(points) {
		s := slot{p.Limit, p.Minutes, p.At.Truncate(apart)}
		if age := now.Sub(p.At); age < 0 || age > kept || seen[s] || len(left) == maxPoints {
			continue
		}
		seen[s] = true
		left = append(left, p)
	}
	slices.Reverse(left)
	return left
}

// file is the format of a file: the version and the content.
type file[T any] struct {
	Version int `json:"version"`
	Content T   `json:"content"`
}

// load reads a file. A missing or damaged file, or one of another version, is
// empty: losing it is not worth stopping for.
func load[T any](path string) T {
	var f file[T]
	var none T
	c, err := safefile.Read(path, maxFile)
	if err != nil || json.Unmarshal(c.Data, &f) != nil || f.Version != version {
		return none
	}
	return f.Content
}

// save replaces a file.
func save[T any](path string, content T) error {
	data, err := json.Marshal(file[T]{version, content})
	if err != nil {
		return err
	}
	if err := safefile.Replace(path, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("cannot save the usage: %w", err)
	}
	return nil
}
