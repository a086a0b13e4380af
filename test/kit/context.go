package kit

import (
	"context"
	"testing"
	"time"
)

// Context is a context that ends with the test, and after 30 s.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
