package kit

import (
	"fmt"
	"os"
	"testing"
)

// RunAtRoot runs the tests of a package two folders below the project's root in
// that root, because they read its files. It returns the exit code.
func RunAtRoot(m *testing.M) int {
	if err := os.Chdir("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// ReadFile reads a file that the test cannot do without.
func ReadFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
