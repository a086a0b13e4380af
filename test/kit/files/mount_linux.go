package files

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"rekey/test/kit"
)

// Mount puts a filesystem on dir for the time of the test: args are those of
// mount(8) before the folder. Without the right to do so the test is skipped.
func Mount(t testing.TB, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		kit.Missing(t, "the right to mount a filesystem: "+string(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}

// Fill writes to a new file until nothing more fits on its disk. Any goroutine may
// call it.
func Fill(t testing.TB, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = f.Close() }()
	for size := 4096; size > 0 && !t.Failed(); size /= 2 {
		block := make([]byte, size)
		for err == nil {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Error(err)
		}
		err = nil
	}
}
