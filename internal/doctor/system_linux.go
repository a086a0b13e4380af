package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// running lists the Codex processes of this user. proc is "" for /proc. When
// installed by npm, Node.js starts the actual program; only that process
// counts.
func running(ctx context.Context, proc string) (list []process, looked bool) {
	if proc == "" {
		proc = "/proc"
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return nil, false
	}
	children := make(map[int]bool) // those whose parent is listed
	parents := make(map[int]int)
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || ctx.Err() != nil {
			continue
		}
		dir := filepath.Join(proc, e.Name())
		info, err := os.Stat(dir)
		if err != nil {
			continue // it has exited
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
			continue
		}
		if !isCodex(fields(filepath.Join(dir, "cmdline"))) {
			continue
		}
		p := process{pid: pid, home: "?"}
		environ := fields(filepath.Join(dir, "environ"))
		folder, _ := os.Readlink(filepath.Join(dir, "cwd"))
		if home, err := homeOf(environ, folder); err == nil && len(environ) > 0 {
			p.home = home
		}
		list = append(list, p)
		parents[pid] = parentOf(filepath.Join(dir, "stat"))
	}
	for _, parent := range parents {
		children[parent] = true
	}
	kept := list[:0]
	for _, p := range list {
		if !children[p.pid] {
			kept = append(kept, p)
		}
	}
	return kept, true
}

// fields reads a file of NUL-terminated strings, nil if it cannot be read.
func fields(path string) []string {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

// parentOf parses a process's parent, 0 if unknown. The name before it is in
// parentheses and may contain anything.
func parentOf(stat string) int {
	data, err := os.ReadFile(stat)
	if err != nil {
		return 0
	}
	rest := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	if len(rest) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(rest[1])
	return parent
}

// clockSynchronised asks the kernel, which the time service keeps informed.
func clockSynchronised() (synchronised, known bool) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t) // a zero Timex only reads
	if err != nil {
		return false, false
	}
	return state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, true
}

// isCodex reports whether a command line is that of Codex: the program itself,
// or Node.js with the program of the npm package.
func isCodex(args []string) bool {
	if len(args) == 0 {
		return false
	}
	switch strings.TrimSuffix(filepath.Base(args[0]), ".exe") {
	case "codex":
		return true
	case "node":
		for _, arg := range args[1:] {
			if !strings.HasPrefix(arg, "-") {
				name := filepath.Base(arg)
				return name == "codex" || name == "codex.js"
			}
		}
	}
	return false
}

// homeOf is the CODEX_HOME of an environment, which is relative to the folder
// that its process works in.
func homeOf(environ []string, folder string) (string, error) {
	for _, variable := range environ {
		home, ok := strings.CutPrefix(variable, "CODEX_HOME=")
		switch {
		case !ok || home == "":
			continue
		case filepath.IsAbs(home):
			return home, nil
		case folder == "":
			return "", fmt.Errorf("the folder of the process is not known")
		}
		return filepath.Join(folder, home), nil
	}
	return "", nil
}
