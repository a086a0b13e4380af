package logfile

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rekey/internal/safefile"
	"rekey/test/kit/must"
)

// writerOf makes this test's program write a thousand long lines to the file
// that it names.
const writerOf = "REKEY_LOGFILE_TEST_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerOf); path != "" {
		log := New(Options{Path: path, Home: "h", Tell: func(said error) { fmt.Println(said) }})
		for i := range linesOfAProcess {
			log.Info("line", "n", i, "filler", strings.Repeat("x", 400))
		}
		return
	}
	os.Exit(m.Run())
}

const linesOfAProcess = 1000

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "rekey.log")
	var stderr bytes.Buffer
	level := new(slog.LevelVar)
	log := New(Options{Path: path, Home: "0123456789abcdef", Level: level, Stderr: &stderr, StderrLevel: slog.LevelWarn, Tell: func(said error) { t.Error(said) }})
	log.Debug("left out")
	log.Info("first", "reason", "a b")
	log.Warn("second")
	level.Set(slog.LevelDebug)
	log.Debug("third")
	level.Set(slog.LevelError + 1)
	log.Error("for standard error only")

	got := lines(t, path)
	want := []string{
		`^time=\S+Z level=INFO msg=first home=0123456789abcdef pid=` + strconv.Itoa(os.Getpid()) + ` reason="a b"$`,
		`^time=\S+Z level=WARN msg=second `,
		`^time=\S+Z level=DEBUG msg=third `,
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines: %q", len(got), got)
	}
	for i, pattern := range want {
		if !regexp.MustCompile(pattern).MatchString(got[i]) {
			t.Errorf("line %d is %q, want %s", i+1, got[i], pattern)
		}
	}
	if text := stderr.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "second") || !strings.Contains(text, "for standard error only") {
		t.Errorf("standard error has %q", text)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
}

func TestOffWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rekey.log")
	New(Options{Path: path, Level: slog.Level(1 << 30)}).Error("nothing")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file: %v", err)
	}
}

// Several processes write more than two files hold, at once: no line is cut or
// mixed with another, the newest are there, and there is no third file.
func TestSeveralProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "rekey.log")
	const processes = 6
	var all sync.WaitGroup
	for range processes {
		all.Go(func() {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), writerOf+"="+path)
			if out, err := child.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	last := make(map[string]int) // by process
	pattern := regexp.MustCompile(`^time=\S+ level=INFO msg=line home=h pid=(\d+) n=(\d+) filler=x{400}$`)
	for _, name := range []string{path + ".1", path} {
		if info, err := os.Stat(name); err != nil || info.Size() > hardLimit+processes*1000 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		for _, line := range lines(t, name) {
			found := pattern.FindStringSubmatch(line)
			if found == nil {
				t.Fatalf("a damaged line: %q", line)
			}
			last[found[1]], _ = strconv.Atoi(found[2])
		}
	}
	for pid, n := range last {
		// All end at about the same time, and the two files hold the last of them.
		if n != linesOfAProcess-1 {
			t.Errorf("the last line of process %s is %d", pid, n)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 { // the two and the lock
		t.Errorf("%v, %v", entries, err)
	}
}

func TestFailuresAreToldOnce(t *testing.T) {
	dir := t.TempDir()
	var told []string
	tell := func(said error) { told = append(told, said.Error()) }
	must.Do(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	log := New(Options{Path: filepath.Join(dir, "folder"), Tell: tell})
	log.Info("one")
	log.Info("two")
	if len(told) != 1 || !strings.Contains(told[0], "is a directory") {
		t.Errorf("told: %q", told)
	}
	New(Options{Path: filepath.Join(dir, "folder")}).Info("nobody to tell")
}

// While a file cannot be renamed it grows to a limit, and then waits.
func TestAFileThatCannotBeRenamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rekey.log")
	unlock := must.Get(safefile.TryLock(path+".lock", 0o600))(t)
	defer unlock()
	var told []string
	f := &file{path: path, tell: func(said error) { told = append(told, said.Error()) }}
	line := append(bytes.Repeat([]byte("x"), 64<<10-1), '\n')
	for range hardLimit/len(line) + 3 {
		_, _ = f.Write(line)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != hardLimit {
		t.Errorf("the file: %v, %v", info.Size(), err)
	}
	if len(told) != 1 || !strings.Contains(told[0], "full") {
		t.Errorf("told: %q", told)
	}
	unlock()
	_, _ = f.Write(line)
	if info, err := os.Stat(path); err != nil || info.Size() != int64(len(line)) {
		t.Errorf("the new file: %v, %v", info.Size(), err)
	}
}

func lines(t *testing.T, path string) (found []string) {
	t.Helper()
	f := must.Get(os.Open(path))(t)
	defer f.Close()
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		found = append(found, scanner.Text())
	}
	must.Do(t, scanner.Err())
	return found
}

func BenchmarkLine(b *testing.B) {
	log := New(Options{Path: filepath.Join(b.TempDir(), "rekey.log")})
	for b.Loop() {
		log.Info("refresh: nothing to do", "reason", "stale")
	}
}
