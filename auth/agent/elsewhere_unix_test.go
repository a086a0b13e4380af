//go:build unix

package agent

import (
	"path/filepath"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// An agent of another session, or of none, is found all the same: su and cron have no
// XDG_RUNTIME_DIR. A Windows pipe's name does not depend on the session.
func TestAgentOfAnotherSessionIsFound(t *testing.T) {
	r := newRig(t, box.Config{})
	a := must.Get(r.open(func(o *Options) { o.Dirs.Runtime = filepath.Join(r.root, "session", "rekey") }).Become(t.Context(), "test"))(t)
	defer a.lock.Unlock()
	stop := r.run(a.Run)
	c := must.Get(connect(within(t), r.open()))(t)
	defer c.Close()
	kit.Await(t, c, "healthy", status(auth.StatusHealthy))
	one := must.Get(OpenOneShot(t.Context(), r.options(), false))(t)
	defer one.Close(t.Context())
	if !one.Attached {
		t.Error("a command does the work itself")
	}
	stop()
	if c, err := r.open().Attach(within(t)); err == nil {
		t.Errorf("there is still %v", c)
	}
}
