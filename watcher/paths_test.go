package watcher

import (
	"testing"
)

// step is one change. What a reader finds at the file after it must be seen; if
// that is what it was, there must be a message at least.
type step struct {
	name string
	do   func(d disk)
}

// The watched file is user/.codex/auth.json.
var pathTests = []struct {
	name  string
	setup func(d disk)
	steps []step
	// above: a directory above the home moves, which only shows where all of
	// them are watched.
	above bool
}{
	{name: "truncated and rewritten in place", setup: signedIn, steps: []step{
		{"longer", func(d disk) { d.write("user/.codex/auth.json", "a longer content") }},
		{"empty", func(d disk) { d.write("user/.codex/auth.json", "") }},
		{"filled", func(d disk) { d.write("user/.codex/auth.json", "filled") }},
	}},
	{name: "replaced by rename", setup: signedIn, steps: []step{
		{"once", func(d disk) { d.replace("user/.codex/auth.json", "second") }},
		{"twice", func(d disk) { d.replace("user/.codex/auth.json", "third") }},
		{"from another directory", func(d disk) { d.write("new", "fourth"); d.rename("new", "user/.codex/auth.json") }},
		{"then in place", func(d disk) { d.write("user/.codex/auth.json", "fifth") }},
	}},
	{name: "deleted and made again", setup: signedIn, steps: []step{
		{"deleted", func(d disk) { d.remove("user/.codex/auth.json") }},
		{"made", func(d disk) { d.write("user/.codex/auth.json", "second") }},
		{"moved out", func(d disk) { d.rename("user/.codex/auth.json", "user/auth.json") }},
		{"moved in", func(d disk) { d.rename("user/auth.json", "user/.codex/auth.json") }},
	}},
	{name: "chmod only", setup: signedIn, steps: []step{
		{"wider", func(d disk) { d.chmod("user/.codex/auth.json", 0o644) }},
		{"narrower", func(d disk) { d.chmod("user/.codex/auth.json", 0o400) }},
	}},
	{name: "a link to a file elsewhere", setup: linkedFile, steps: []step{
		{"target rewritten", func(d disk) { d.write("dotfiles/auth.json", "second") }},
		{"target replaced", func(d disk) { d.replace("dotfiles/auth.json", "third") }},
		{"target deleted", func(d disk) { d.remove("dotfiles/auth.json") }},
		{"target made", func(d disk) { d.write("dotfiles/auth.json", "fourth") }},
		{"target chmodded", func(d disk) { d.chmod("dotfiles/auth.json", 0o640) }},
		{"pointed elsewhere", func(d disk) { d.link(d.path("other.json"), "user/.codex/auth.json") }},
		{"new target rewritten", func(d disk) { d.write("other.json", "sixth") }},
		{"pointed at nothing", func(d disk) { d.link("../../later/auth.json", "user/.codex/auth.json") }},
		{"target's directory and target made", func(d disk) { d.mkdir("later"); d.write("later/auth.json", "seventh") }},
		{"link replaced by a file", func(d disk) { d.replace("user/.codex/auth.json", "eighth") }},
		{"file rewritten", func(d disk) { d.write("user/.codex/auth.json", "ninth") }},
		{"file replaced by a link", func(d disk) { d.link(d.path("other.json"), "user/.codex/auth.json") }},
		{"its target replaced", func(d disk) { d.replace("other.json", "tenth") }},
	}},
	{name: "a link to a link", setup: func(d disk) {
		linkedFile(d)
		d.mkdir("store")
		d.write("store/one.json", "one")
		d.write("store/two.json", "two")
		d.link("../store/one.json", "dotfiles/auth.json")
	}, steps: []step{
		{"last target replaced", func(d disk) { d.replace("store/one.json", "second") }},
		{"middle link pointed elsewhere", func(d disk) { d.link("../store/two.json", "dotfiles/auth.json") }},
		{"new last target rewritten", func(d disk) { d.write("store/two.json", "fourth") }},
		{"a loop", func(d disk) { d.link("auth.json", "dotfiles/auth.json") }},
		{"the loop mended", func(d disk) { d.link(".././store//one.json", "dotfiles/auth.json") }},
	}},
	{name: "the home is a link", setup: linkedHome, steps: []step{
		{"rewritten", func(d disk) { d.write("dotfiles/codex/auth.json", "second") }},
		{"replaced through the link", func(d disk) { d.replace("user/.codex/auth.json", "third") }},
		{"pointed elsewhere", func(d disk) {
			d.mkdir("new")
			d.write("new/auth.json", "fourth")
			d.link("../new", "user/.codex")
		}},
		{"replaced there", func(d disk) { d.replace("new/auth.json", "fifth") }},
		{"link removed", func(d disk) { d.remove("user/.codex") }},
		{"a directory instead", func(d disk) { d.mkdir("user/.codex"); d.write("user/.codex/auth.json", "sixth") }},
		{"replaced in it", func(d disk) { d.replace("user/.codex/auth.json", "seventh") }},
	}},
	{name: "the target of the home's link goes and comes", setup: linkedHome, steps: []step{
		{"removed", func(d disk) { d.remove("dotfiles/codex") }},
		{"made again", func(d disk) { d.mkdir("dotfiles/codex"); d.write("dotfiles/codex/auth.json", "second") }},
		{"moved away", func(d disk) { d.rename("dotfiles/codex", "dotfiles/away") }},
		{"moved back", func(d disk) { d.rename("dotfiles/away", "dotfiles/codex") }},
		{"rewritten", func(d disk) { d.write("dotfiles/codex/auth.json", "third") }},
	}},
	{name: "a directory that the way enters and leaves again", setup: func(d disk) {
		linkedFile(d)
		d.mkdir("dotfiles/old")
		d.link("../../dotfiles/old/../auth.json", "user/.codex/auth.json")
	}, steps: []step{
		{"removed", func(d disk) { d.remove("dotfiles/old") }},
		{"made again", func(d disk) { d.mkdir("dotfiles/old") }},
		{"target replaced", func(d disk) { d.replace("dotfiles/auth.json", "second") }},
	}},
	{name: "the home does not exist yet", setup: func(d disk) { d.mkdir("user") }, steps: []step{
		{"made with the file", func(d disk) { d.mkdir("user/.codex"); d.write("user/.codex/auth.json", "first") }},
		{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "second") }},
	}},
	{name: "nor do its parents", setup: func(disk) {}, steps: []step{
		{"all made at once", func(d disk) { d.mkdir("user/.codex"); d.write("user/.codex/auth.json", "first") }},
		{"all removed", func(d disk) { d.remove("user") }},
		{"the parent made", func(d disk) { d.mkdir("user") }},
		{"the home made", func(d disk) { d.mkdir("user/.codex") }},
		{"the file made", func(d disk) { d.write("user/.codex/auth.json", "second") }},
	}},
	{name: "the whole tree moved in", setup: func(d disk) { d.mkdir("away/.codex"); d.write("away/.codex/auth.json", "first") }, steps: []step{
		{"moved in", func(d disk) { d.rename("away", "user") }},
		{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "second") }},
	}},
	{name: "the home removed and made again", setup: signedIn, steps: []step{
		{"removed", func(d disk) { d.remove("user/.codex") }},
		{"made", func(d disk) { d.mkdir("user/.codex") }},
		{"signed in", func(d disk) { d.write("user/.codex/auth.json", "second") }},
		{"removed and made at once", func(d disk) {
			d.remove("user/.codex")
			d.mkdir("user/.codex")
			d.write("user/.codex/auth.json", "third")
		}},
		{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "fourth") }},
	}},
	{name: "the home moved away and back", setup: signedIn, steps: []step{
		{"away", func(d disk) { d.rename("user/.codex", "user/away") }},
		{"back", func(d disk) { d.rename("user/away", "user/.codex") }},
		{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "second") }},
		{"away, another in its place", func(d disk) {
			d.rename("user/.codex", "away")
			d.mkdir("user/.codex")
			d.write("user/.codex/auth.json", "third")
		}},
		{"the other replaced", func(d disk) { d.replace("user/.codex/auth.json", "fourth") }},
		{"the first one back", func(d disk) { d.remove("user/.codex"); d.rename("away", "user/.codex") }},
		{"rewritten again", func(d disk) { d.write("user/.codex/auth.json", "fifth") }},
		{"away and back at once, then rewritten", func(d disk) {
			d.rename("user/.codex", "away")
			d.rename("away", "user/.codex")
			d.write("user/.codex/auth.json", "sixth")
		}},
	}},
	{name: "a directory above moved away and back", above: true, setup: signedIn, steps: []step{
		{"away", func(d disk) { d.rename("user", "away") }},
		{"back", func(d disk) { d.rename("away", "user") }},
		{"rewritten", func(d disk) { d.write("user/.codex/auth.json", "second") }},
		{"away, another in its place", func(d disk) {
			d.rename("user", "away")
			d.mkdir("user/.codex")
			d.write("user/.codex/auth.json", "third")
		}},
		{"the other replaced", func(d disk) { d.replace("user/.codex/auth.json", "fourth") }},
	}},
	{name: "a directory above the link's target moved away", above: true, setup: linkedHome, steps: []step{
		{"away", func(d disk) { d.rename("dotfiles", "away") }},
		{"back", func(d disk) { d.rename("away", "dotfiles") }},
		{"rewritten", func(d disk) { d.write("dotfiles/codex/auth.json", "second") }},
	}},
	{name: "a file where the home should be", setup: func(d disk) { d.mkdir("user"); d.write("user/.codex", "not a directory") }, steps: []step{
		{"made a home", func(d disk) {
			d.remove("user/.codex")
			d.mkdir("user/.codex")
			d.write("user/.codex/auth.json", "first")
		}},
	}},
}

func signedIn(d disk) {
	d.mkdir("user/.codex")
	d.write("user/.codex/auth.json", "first")
}

func linkedFile(d disk) {
	d.mkdir("user/.codex")
	d.mkdir("dotfiles")
	d.write("dotfiles/auth.json", "first")
	d.write("other.json", "other")
	d.link(d.path("dotfiles/auth.json"), "user/.codex/auth.json")
}

func linkedHome(d disk) {
	d.mkdir("user")
	d.mkdir("dotfiles/codex")
	d.write("dotfiles/codex/auth.json", "first")
	d.link("../dotfiles/codex", "user/.codex")
}

func TestWhateverHappensToThePath(t *testing.T) {
	t.Parallel()
	for _, tt := range pathTests {
		for _, everyLevel := range []bool{true, false} {
			name := tt.name
			if !everyLevel {
				name += ", few directories watched"
			}
			if !everyLevel && tt.above || everyLevel && !cheapWatches() {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d := newDisk(t)
				tt.setup(d)
				w := newWatcher(t, d.path("user/.codex/auth.json"), d.path("user/.codex/config.toml"))
				w.everyLevel = everyLevel
				walk(t, d, w, tt.steps)
			})
		}
	}
}

// walk runs w and does the steps one after the other, each when the one before
// has been noticed.
func walk(t *testing.T, d disk, w *Watcher, steps []step) {
	t.Helper()
	file := d.path("user/.codex/auth.json")
	r := startReader(t, w)
	r.sees(t, file)
	for _, s := range steps {
		t.Log(s.name)
		reads, before := r.count(), state(file)
		s.do(d)
		if state(file) == before {
			r.readsAgain(t, reads)
		}
		r.sees(t, file)
	}
}
