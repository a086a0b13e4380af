// Package must ends a test at the first step that it cannot do without.
package must

import "testing"

// Do fails the test for good when there is an error. It is for what the test only
// needs, not for what it is about.
func Do(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
