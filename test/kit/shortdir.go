package kit

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"rekey/test/kit/must"
)

// ShortDir makes a temporary folder with a short path, which t.TempDir's is not:
// a socket's path has room for about a hundred characters. With the test it is
// removed, and before that the programs are killed that still work in it.
// Browsers and desktops leave some that are nobody's children.
func ShortDir(t testing.TB, prefix string) string {
	t.Helper()
	dir := must.Get(os.MkdirTemp("", prefix))(t)
	t.Cleanup(func() {
		Eventually(t, "the end of the programs in "+dir, func() bool { return !killUsers(dir) })
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("a temporary folder stays: %v", err)
		}
	})
	return dir
}

// killUsers kills the programs whose arguments or environment name a folder,
// where there is a /proc that tells, and reports whether there were any.
func killUsers(dir string) (found bool) {
	named := regexp.MustCompile(regexp.QuoteMeta(dir) + `(\D|$)`) // not the folder of another test
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err != nil || pid == os.Getpid() {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join(process, "environ")) // empty for a zombie
		arguments, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		if !named.Match(append(environment, arguments...)) {
			continue
		}
		found = true
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	return found
}
