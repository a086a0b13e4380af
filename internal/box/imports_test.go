package box

import (
	"go/build"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

// The package is linked into the shipped program, which must not carry a test
// framework, and it must not share code with what it tests.
func TestImports(t *testing.T) {
	t.Parallel()
	pkg, err := build.ImportDir(".", 0)
	must.Do(t, err)
	for _, path := range pkg.Imports {
		if path == "testing" || strings.HasPrefix(path, "testing/") || strings.HasPrefix(path, "net/http/httptest") || strings.HasPrefix(path, "rekey") {
			t.Errorf("imports %s", path)
		}
	}
}
