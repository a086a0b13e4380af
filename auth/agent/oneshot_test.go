package agent

import (
	"testing"

	"rekey/internal/box"
	"rekey/test/kit/must"
)

// Whether a home is kept does not depend on whether its agent has room for one more.
func TestKnownToBeKept(t *testing.T) {
	r := newRig(t, box.Config{})
	h := r.open()
	if _, kept := h.Known(t.Context()); kept {
		t.Error("kept by nobody")
	}
	a := must.Get(r.open().Become(t.Context(), "test"))(t)
	defer a.lock.Unlock()
	if _, kept := h.Known(t.Context()); !kept {
		t.Error("not kept, while another is the agent and cannot be reached")
	}
}
