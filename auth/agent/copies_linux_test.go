package agent

import (
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
)

// A copy in a keyring and one in a file are copies like any other, whichever of
// them refreshes first.
func TestCopiesInKeyringAndFile(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{ReuseRevokesFamily: true})
	bus := keyring.New(t)
	onBus := func(o *Options) { o.Store.BusAddress = bus.Address }
	original := must.Get(auth.ParseSnapshot([]byte(r.content())))(t)
	home := must.Get(box.NewHome(r.root + "/keyring"))(t)
	must.Do(t, home.WriteConfig("cli_auth_credentials_store = \"keyring\"\n"))
	inRing := r.open(onBus, func(o *Options) { o.Dir = home.Dir() })
	must.Do(t, inRing.Manager().ReplaceSignIn(t.Context(), original))
	inFile := r.open(onBus)
	for round, order := range [][]*Home{{inFile, inRing}, {inRing, inFile}} {
		for _, h := range order {
			if err := h.Refresh(t.Context()); err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}
		token := refreshToken(t, inRing)
		if got := r.server.Refreshes(); got != round+1 || token != refreshToken(t, inFile) || !r.server.Works(token) {
			t.Errorf("round %d: %d requests", round, got)
		}
		forget(t, order)
	}
}
