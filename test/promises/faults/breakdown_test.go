package faults_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"rekey/auth"
	"rekey/auth/store"
	"rekey/internal/safefile"
)

// errnos are what a disk answers.
var errnos = []syscall.Errno{
	syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EBUSY, syscall.EACCES, syscall.EIO, syscall.EXDEV, syscall.ENOTSUP,
}

// breakdown is one way for a disk to fail: from a step on, or from the start.
type breakdown struct {
	op    safefile.Op
	errno syscall.Errno
	from  auth.Step // "" for the start
}

func (b breakdown) String() string { return fmt.Sprintf("%s, %v, from %q", b.op, b.errno, b.from) }

// broken is a Rekey's disk that breaks down and can be repaired.
type broken struct {
	breakdown
	on   atomic.Bool
	once sync.Once
}

// options are those of a Rekey with this disk. bound: its auth.json is a mount
// point of its own.
func (b *broken) options(bound bool) store.Options {
	b.on.Store(b.from == "")
	disk := safefile.Disk{Fault: func(op safefile.Op, _ string) error {
		if op == b.op && b.on.Load() {
			return b.errno
		}
		return nil
	}}
	if bound {
		disk.Mounted = func(path string) bool { return filepath.Base(path) == "auth.json" }
	}
	return store.Options{Disk: disk, Step: func(s auth.Step) {
		if s == b.from {
			b.once.Do(func() { b.on.Store(true) })
		}
	}}
}

// breakdowns are all for an act with these steps: every error at the start, every
// third from the step that is named as grave, one of them in turn elsewhere.
func breakdowns(op safefile.Op, steps []auth.Step, grave auth.Step) (all []breakdown) {
	for i, errno := range errnos {
		all = append(all, breakdown{op, errno, ""})
		if i%3 == 0 && grave != "" {
			all = append(all, breakdown{op, errno, grave})
		}
	}
	for i, step := range steps {
		all = append(all, breakdown{op, errnos[i%len(errnos)], step})
	}
	return all
}

// table is what has come of the breakdowns: a row for each operation.
type table struct {
	mu    sync.Mutex
	cells map[safefile.Op]map[string]int
}

func (m *table) add(op safefile.Op, outcome string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cells == nil {
		m.cells = make(map[safefile.Op]map[string]int)
	}
	if m.cells[op] == nil {
		m.cells[op] = make(map[string]int)
	}
	m.cells[op][outcome]++
}

func (m *table) String() string {
	var columns []string
	for _, row := range m.cells {
		for outcome := range row {
			if !slices.Contains(columns, outcome) {
				columns = append(columns, outcome)
			}
		}
	}
	slices.Sort(columns)
	var text strings.Builder
	fmt.Fprintf(&text, "%-14s", "")
	for _, c := range columns {
		fmt.Fprintf(&text, " %*s", len(c), c)
	}
	for _, op := range safefile.Ops() {
		fmt.Fprintf(&text, "\n%-14s", op)
		for _, c := range columns {
			fmt.Fprintf(&text, " %*d", len(c), m.cells[op][c])
		}
	}
	return text.String()
}
