package promises_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// weight is what a process takes.
type weight struct{ memory, peak, files, threads int } // memory and its peak in kB

func (w weight) String() string { return fmt.Sprintf("%d kB %d %d", w.memory, w.files, w.threads) }

// weigh asks the system what a process takes now.
func (w *world) weigh(pid int) (got weight) {
	w.t.Helper()
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	status, err := os.ReadFile(filepath.Join(proc, "status"))
	w.must(err)
	files, err := os.ReadDir(filepath.Join(proc, "fd"))
	w.must(err)
	got.files = len(files)
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "VmRSS":
			got.memory = n
		case "VmHWM":
			got.peak = n
		case "Threads":
			got.threads = n
		}
	}
	return got
}

// connections is how many of the agent's connections at its socket are open. The
// agent also opens files of its own, some of them late: they are not counted.
func (w *world) connections() int {
	w.t.Helper()
	sockets, err := os.ReadFile("/proc/net/unix")
	w.must(err)
	return strings.Count(string(sockets), " "+w.socket()+"\n") - 1 // the one that listens
}
