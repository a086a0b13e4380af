package watcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLinks is how many symbolic links a path may have, as in Linux.
const maxLinks = 40

// role is why a name matters.
type role int

const (
	// file: the name is a watched file, or would be one.
	file role = iota + 1
	// waypoint: the name leads to a file: it is a directory or a link, or would
	// be. A name that is both a file and a waypoint counts as a waypoint.
	waypoint
)

// kind is what a name was found to be.
type kind int

const (
	missing kind = iota
	denied
	directory
	link
	other
)

// trail is the way to the watched files: every name whose change can make a
// path lead to another file.
type trail struct {
	roles map[string]role // by path; no directory in it is a link
	used  map[string]bool // directories in which names were looked up, and files: is it watched?
	deaf  bool            // some change would send no event
	found map[string]bool // directories that were found once what they are in was watched

	watches    *watches
	silent     func(dir string) bool
	everyLevel bool
}

func newTrail(watches *watches, silent func(string) bool, everyLevel bool) *trail {
	return &trail{
		roles:      make(map[string]role),
		used:       make(map[string]bool),
		found:      make(map[string]bool),
		watches:    watches,
		silent:     silent,
		everyLevel: everyLevel,
	}
}

// follow walks along path as the kernel would and adds every name on the way,
// as far as it exists.
func (t *trail) follow(path string) {
	dir, names := split(path)
	aboveWatched := false // whether the directory before dir is watched
	for links := 0; len(names) > 0; {
		name := names[0]
		names = names[1:]
		if name == ".." {
			// No file is looked up in dir, but the way depends on it.
			t.deaf = t.deaf || !t.watch(dir) && !t.everyLevel
			dir = filepath.Dir(dir) // dir has no links in it
			continue
		}
		place := filepath.Join(dir, name)
		last := len(names) == 0
		found, target, watched := t.find(dir, place, last)
		if last && found != link {
			t.roles[place] = max(t.roles[place], file)
		} else {
			t.roles[place] = waypoint
		}
		switch {
		case found == directory && !last:
			dir = place
		case found == link && links < maxLinks:
			t.deaf = t.deaf || !watched
			links++
			dir, names = redirect(dir, target, names)
		case found == denied:
			// dir cannot be searched. The directory above reports when that changes.
			t.deaf = t.deaf || !watched && !aboveWatched
			return
		default:
			t.deaf = t.deaf || !watched
			return
		}
		aboveWatched = watched
	}
}

// find returns what is at place, in dir, and whether dir is watched. It looks
// only after dir is watched, so that later changes send an event.
func (t *trail) find(dir, place string, last bool) (found kind, target string, watched bool) {
	if !last && t.found[place] {
		return directory, "", true // the way to another file leads through it
	}
	if !t.everyLevel && !last {
		if found, _ = inspect(place); found == directory {
			return found, "", false
		}
	}
	watched = t.watch(dir)
	found, target = inspect(place)
	t.found[place] = watched && found == directory
	if last && found == other && watched {
		watched = t.watches.file(place)
		t.used[place] = watched
	}
	return found, target, watched
}

// watch reports whether dir is watched from now on.
func (t *trail) watch(dir string) bool {
	watched, known := t.used[dir]
	if !known {
		watched = t.watches.dir(dir)
		t.used[dir] = watched
		t.deaf = t.deaf || t.silent(dir)
	}
	return watched
}

// inspect returns what is at path and, for a link, its target.
func inspect(path string) (found kind, target string) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return denied, ""
	case err != nil:
		return missing, ""
	case info.Mode()&fs.ModeSymlink != 0:
		if target, err = os.Readlink(path); err != nil {
			return missing, "" // it was just replaced, which sends an event
		}
		return link, target
	case info.IsDir(), info.Mode()&fs.ModeIrregular != 0: // a junction on Windows
		return directory, ""
	}
	return other, ""
}

func isLink(path string) bool {
	found, _ := inspect(path)
	return found == link
}

// redirect returns where the way continues when a link in dir points to target
// and names are left to walk.
func redirect(dir, target string, names []string) (next string, rest []string) {
	if filepath.IsAbs(target) {
		root, there := split(target)
		return root, slices.Concat(there, names)
	}
	return dir, slices.Concat(elements(target), names)
}

// split splits an absolute path into its root and the names below it.
func split(path string) (root string, names []string) {
	volume := filepath.VolumeName(path)
	return volume + string(os.PathSeparator), elements(path[len(volume):])
}

// elements returns the names in path, including "..".
func elements(path string) []string {
	names := strings.FieldsFunc(path, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) })
	return slices.DeleteFunc(names, func(name string) bool { return name == "." })
}
