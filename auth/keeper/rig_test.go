package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
)

// hashes is a memory whose fingerprints have no key.
type hashes struct{ auth.Memory }

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (hashes) Token(s *auth.Snapshot) string { return hash([]byte(s.RefreshToken().Reveal())) }
func (hashes) Whole(s *auth.Snapshot) string { return hash(s.Encode()) }

// rig is a Keeper at work in a synctest bubble, signed in at the start.
type rig struct {
	*Keeper
	t       *testing.T
	clock   *fakeClock
	server  *server
	store   *kit.Store
	manager *auth.Manager
	stop    func() // ends Run and waits for it
}

// inBubble runs a test with a rig whose access tokens live that long.
func inBubble(t *testing.T, life time.Duration, test func(*rig)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, life)
		defer func() { r.stop() }()
		test(r)
	})
}

func newRig(t *testing.T, life time.Duration) *rig {
	clock := newFakeClock()
	r := &rig{
		t: t, clock: clock, store: &kit.Store{},
		server: &server{clock: clock, weather: fine, life: life},
	}
	r.store.Content = r.server.signIn()
	r.manager = auth.NewManager(auth.Options{
		Store: r.store, Authority: r.server, Memory: hashes{auth.NewInMemory()}, Now: clock.Now,
	})
	r.reload()
	r.Keeper = New(Options{
		Manager: r.manager, Clock: clock, Random: rand.NewPCG(1, 2),
	})
	r.manager.SetPreferences(auth.KeepFresh(true))
	r.start()
	return r
}

// start runs the keeper.
func (r *rig) start() {
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := kit.Later(func() error { return r.Run(ctx) })
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("Run: %v", err)
		}
		if err := r.manager.Close(context.Background()); err != nil {
			r.t.Errorf("Close: %v", err)
		}
		if n := r.clock.open(); n != 0 {
			r.t.Errorf("%d alarms are still open", n)
		}
	})
	synctest.Wait()
}

// reload plays the watcher.
func (r *rig) reload() {
	r.t.Helper()
	if err := r.manager.Reload(r.t.Context()); err != nil {
		r.t.Fatalf("Reload: %v", err)
	}
}

// adopt plays another process that has written the store.
func (r *rig) adopt(content []byte) {
	r.t.Helper()
	r.store.Change(func(m *kit.Store) { m.Content = content })
	r.reload()
	synctest.Wait()
}

// pass lets time go by with the machine awake.
func (r *rig) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// until lets time go by until that time of the true clock.
func (r *rig) until(at time.Time) { r.pass(at.Sub(r.clock.True())) }

// expires returns the end of the present access token.
func (r *rig) expires() time.Time { return r.manager.State().ExpiresAt }

// due returns when the present tokens would be refreshed if nothing came between.
func (r *rig) due() time.Time {
	at, _ := due(r.read().facts)
	return at
}

// want compares the requests since the last call, as text.
func (r *rig) want(want ...string) {
	r.t.Helper()
	var got []string
	for _, q := range r.server.seen() {
		got = append(got, q.String())
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("requests:\n got %q\nwant %q", got, want)
	}
}

// wantOutcomes compares the outcomes of the requests since the last call and
// returns the requests.
func (r *rig) wantOutcomes(want ...weather) []request {
	r.t.Helper()
	all := r.server.seen()
	var got []weather
	for _, q := range all {
		got = append(got, weather(q.outcome))
	}
	if !slices.Equal(got, want) {
		r.t.Fatalf("requests = %v, want %v", all, want)
	}
	return all
}

// wantFirstAt checks that the next request is not sent before at, and what comes
// of it then.
func (r *rig) wantFirstAt(at time.Time, w weather) {
	r.t.Helper()
	r.until(at.Add(-time.Second))
	r.want()
	r.until(at.Add(time.Second))
	r.wantOutcomes(w)
}

// wantNext compares the moment the State announces.
func (r *rig) wantNext(want time.Time) {
	r.t.Helper()
	if got := r.manager.State().NextRefresh; !got.Equal(want) {
		r.t.Errorf("NextRefresh = %v, want %v", got, want)
	}
}
