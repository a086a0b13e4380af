package memory

import (
	"context"
	"errors"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// A copy's home that waits in vain says that another is refreshing, and not that
// something is broken.
func TestLineageLock(t *testing.T) {
	l := must.Get(OpenLineage(files.TempDir(t), "home", "id", nil))(t)
	s := kit.Parsed(t, box.AuthJSON())
	unlock := must.Get(l.Lock(t.Context(), s))(t)
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Lock(late, s); !errors.Is(err, auth.ErrRefreshing) {
		t.Errorf("while another home has it: %v", err)
	}
	unlock()
	must.Get(l.Lock(late, s))(t)()
}
