package watcher

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// Whatever happens, and however fast: when it is over, the reader has seen the
// last content.
func TestNothingIsMissed(t *testing.T) {
	t.Parallel()
	batches := 120
	if testing.Short() {
		batches = 20
	}
	for seed := range uint64(4) {
		for _, everyLevel := range []bool{true, false} {
			if everyLevel && !cheapWatches() {
				continue
			}
			t.Run(fmt.Sprintf("seed %d, every level %v", seed, everyLevel), func(t *testing.T) {
				t.Parallel()
				d := newDisk(t)
				c := &chaos{disk: d, rng: rand.New(rand.NewPCG(seed, 2026))}
				operations := c.operations()
				if everyLevel {
					operations = append(operations, c.operationsAbove()...)
				}
				file := d.path("user/.codex/auth.json")
				w := newWatcher(t, file, d.path("user/.codex/config.toml"))
				w.everyLevel = everyLevel
				r := startReader(t, w)
				for range batches {
					for range 1 + c.rng.IntN(8) {
						operations[c.rng.IntN(len(operations))]()
					}
					r.sees(t, file)
					if t.Failed() {
						return
					}
				}
				if c.contents < batches/4 {
					t.Errorf("only %d contents were written: the operations undo each other", c.contents)
				}
			})
		}
	}
}

// chaos changes files and directories at random. An operation that cannot be
// done where things stand is not done.
type chaos struct {
	disk
	rng      *rand.Rand
	contents int // written so far
}

// content is never the same twice.
func (c *chaos) content() []byte { return fmt.Appendf(nil, "content %d", c.contents) }

func (c *chaos) put(name string) {
	if os.WriteFile(c.path(name), c.content(), 0o600) == nil {
		c.contents++
	}
}

func (c *chaos) putByRename(name string) {
	c.put("tmp")
	c.move("tmp", name)
}

func (c *chaos) move(from, to string) { _ = os.Rename(c.path(from), c.path(to)) }

// exchange moves away and back what may be either there or here.
func (c *chaos) exchange(a, b string) {
	if _, err := os.Lstat(c.path(a)); err == nil {
		c.move(a, b)
	} else {
		c.move(b, a)
	}
}

func (c *chaos) pointTo(target, name string) {
	_ = os.Remove(c.path("link.tmp"))
	if os.Symlink(target, c.path("link.tmp")) == nil {
		c.move("link.tmp", name)
	}
}

func (c *chaos) one(of ...string) string { return of[c.rng.IntN(len(of))] }

// home is a directory that can be the home.
func (c *chaos) home() string { return c.one("user/.codex", "homes/1", "homes/2") }

// place is a file that the watched path can lead to.
func (c *chaos) place() string {
	return filepath.Join(c.one("user/.codex", "user/.codex", "homes/1", "homes/2", "store"), "auth.json")
}

func (c *chaos) operations() []func() {
	return []func(){
		func() { c.put(c.place()) },
		func() { c.put(c.place()) },
		func() { c.putByRename(c.place()) },
		func() { c.putByRename(c.place()) },
		func() { c.putByRename("user/.codex/auth.json") },
		func() { _ = os.Remove(c.path(c.place())) },
		func() { _ = os.Chmod(c.path(c.place()), os.FileMode(0o600|c.rng.IntN(2)*0o040)) },
		func() { _ = os.MkdirAll(c.path(c.home()), 0o755) },
		func() { _ = os.MkdirAll(c.path("store"), 0o755) },
		func() { _ = os.RemoveAll(c.path(c.home())) },
		func() { _ = os.Remove(c.path(c.home())) }, // if it is empty, or a link
		func() { c.exchange("user/.codex", "away") },
		func() { c.exchange("homes/1", "homes/2") },
		func() { _ = os.RemoveAll(c.path("away")) },
		func() { c.pointTo(c.path("store/auth.json"), c.home()+"/auth.json") },
		func() { c.pointTo("../../homes/1/auth.json", "user/.codex/auth.json") },
		func() { c.pointTo("auth.json", c.home()+"/auth.json") }, // a loop
		func() { c.pointTo("../homes/1", "user/.codex") },
		func() { _ = os.RemoveAll(c.path("user/.codex")); c.pointTo("../homes/2/../1", "user/.codex") },
		func() { _ = os.RemoveAll(c.path("user/.codex")); c.pointTo(c.path("homes/2"), "user/.codex") },
		func() { c.put("user/.codex/history.jsonl") },
	}
}

// operationsAbove change directories above the home and above the links' targets.
func (c *chaos) operationsAbove() []func() {
	return []func(){
		func() { c.exchange("user", "elsewhere") },
		func() { c.exchange("homes", "user/homes") },
		func() { c.exchange("homes", "away/homes") },
		func() { _ = os.RemoveAll(c.path("user")) },
		func() { _ = os.RemoveAll(c.path("store")) },
		func() { c.pointTo("away", "homes") },
	}
}
