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

// Get is Do for a call that also returns a value: must.Get(os.Getwd())(t).
func Get[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		Do(t, err)
		return v
	}
}
