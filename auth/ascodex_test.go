package auth

import (
	"testing"

	"rekey/test/kit/must"
)

// TestAsCodexSendsAnyway: Codex sends even if the answer cannot be saved.
func TestAsCodexSendsAnyway(t *testing.T) {
	r := newRig(t, chatGPT(), asCodex)
	r.authority.then(refreshed("2"))
	r.escrow.reserveErr, r.escrow.sentErr, r.escrow.keepErr = errDisk, errDisk, errDisk
	r.store.fail(func(f *fakeStore) { f.writableErr = errDisk })
	must.Do(t, r.refresh())
	r.wantRequests(1)
	r.wantStored("refresh-2")
	if st := r.State(); st.CannotSave {
		t.Errorf("state = %+v", st)
	}
}

// TestAsCodexYields: as in Codex the answer is not stored and the cache stays
// as it was, but the escrow keeps the answer as long as its token is still
// there.
func TestAsCodexYields(t *testing.T) {
	r := newRig(t, chatGPT(), asCodex)
	r.authority.then(refreshed("2"))
	release := r.authority.block()
	done := r.refreshLater()
	r.store.put(grace())
	release()
	wantPermanent(t, <-done, ReasonAccountChanged)
	r.wantCached("refresh-1")
	r.wantStored("refresh-grace")
	if _, refusal := r.Snapshot(); refusal != nil {
		t.Errorf("refused: %+v", refusal)
	}
}
