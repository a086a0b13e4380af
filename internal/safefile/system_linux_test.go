package safefile

import (
	"errors"
	"testing"
)

// Reading the kernel's log waits for its next line, although it looks like a
// regular file; so nothing of the kernel's is read.
func TestReadRefusesTheKernelsFiles(t *testing.T) {
	for _, path := range []string{"/proc/self/environ", "/proc/uptime"} {
		if _, err := Read(path, limit); !errors.Is(err, ErrNotRegular) {
			t.Errorf("Read of %s: %v, want ErrNotRegular", path, err)
		}
	}
}
