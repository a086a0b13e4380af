// Package rollout reads what Codex itself was told of its limits: the newest
// lines about them in its session files, $CODEX_HOME/sessions/YYYY/MM/DD/*.jsonl.
// It reads the ends of the newest files and keeps nothing else from them.
package rollout

import (
	"bytes"
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rekey/internal/safefile"
	"rekey/usage"
)

const (
	// folders is how many days' folders are read, because a session that began
	// yesterday may still be active.
	folders = 3
	// files is how many session files are read, because limits are reported one
	// at a time and several sessions may run.
	files = 4
	// tail is how much of a file's end is read, in bytes. Every answer is
	// followed by a line about limits.
	tail = 256 << 10
)

// Read returns what the newest session files of a home have reported since
// then, oldest first: for each file the newest of each limit.
func Read(home string, since time.Time) []usage.Told {
	var all []usage.Told
	for _, path := range newest(filepath.Join(home, "sessions"), since) {
		all = append(all, readFile(path, since)...)
	}
	slices.SortStableFunc(all, func(a, b usage.Told) int { return a.At.Compare(b.At) })
	return all
}

// readFile reads the end of one file, from its end.
func readFile(path string, since time.Time) []usage.Told {
	data, from, err := safefile.ReadEnd(path, tail)
	if err != nil {
		return nil
	}
	lines := bytes.Split(data, []byte("\n"))
	if from > 0 {
		lines = lines[1:] // the first line is incomplete
	}
	var found []usage.Told
	seen := make(map[string]bool)
	for _, line := range slices.Backward(lines) {
		if !bytes.Contains(line, []byte(`"token_count"`)) {
			continue
		}
		t, ok := usage.ParseTold(line)
		if !ok || t.At.Before(since) {
			continue
		}
		limit := ""
		if len(t.Windows) > 0 {
			limit = t.Windows[0].Limit
		}
		if !seen[limit] {
			seen[limit] = true
			found = append(found, t)
		}
	}
	return found
}

// newest lists the session files that were written to since then, latest first.
func newest(sessions string, since time.Time) (paths []string) {
	type file struct {
		path string
		at   time.Time
	}
	var found []file
	for _, day := range days(sessions) {
		entries, _ := os.ReadDir(day)
		for _, e := range entries {
			info, err := e.Info()
			if err == nil && info.Mode().IsRegular() && filepath.Ext(e.Name()) == ".jsonl" && !info.ModTime().Before(since) {
				found = append(found, file{filepath.Join(day, e.Name()), info.ModTime()})
			}
		}
	}
	slices.SortFunc(found, func(a, b file) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.path, a.path)) })
	for _, f := range found[:min(len(found), files)] {
		paths = append(paths, f.path)
	}
	return paths
}

// days lists the newest day folders, newest first.
func days(sessions string) (list []string) {
	for _, year := range below(sessions) {
		for _, month := range below(year) {
			for _, day := range below(month) {
				if list = append(list, day); len(list) == folders {
					return list
				}
			}
		}
	}
	return list
}

// below lists the folders in a folder in reverse alphabetical order.
func below(dir string) (list []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range slices.Backward(entries) {
		if e.Type()&fs.ModeType == fs.ModeDir {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}
