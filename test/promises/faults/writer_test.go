package faults_test

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/internal/safefile"
)

// deed is what somebody else does to the home in the meantime.
type deed string

// The deeds.
const (
	signsInAgain deed = "the same account signs in"
	signsInOther deed = "another account signs in"
	signsOut     deed = "the account signs out"
	rewrites     deed = "another access token is written" // beside the same refresh token
)

var deeds = []deed{signsInAgain, signsInOther, signsOut, rewrites}

// manner is how it is done.
type manner string

// The manners.
const (
	withLocks  manner = "with Codex's locks" // as Codex 0.169 does it
	byRenaming manner = "by renaming"        // as a dotfile manager does it
	inPlace    manner = "in place"           // as an editor does it
)

var manners = []manner{withLocks, byRenaming, inPlace}

// writer does one deed, once.
type writer struct {
	*rig
	how     manner
	content []byte         // what it writes, nil when it deletes
	later   sync.WaitGroup // it waits for a lock that Rekey holds
}

// writer prepares the deed, for the home as it is now.
func (r *rig) writer(what deed, how manner) *writer {
	r.t.Helper()
	w := &writer{rig: r, how: how}
	switch what {
	case signsInAgain:
		w.content = r.server.SignIn(box.Ada())
	case signsInOther:
		w.content = r.server.SignIn(box.Grace())
	case rewrites:
		w.content = box.AuthJSON(box.WithRefreshToken(r.content().RefreshToken().Reveal()))
	}
	return w
}

// act does it now, or, if it honours locks and Rekey holds one at that step,
// begins to wait for the lock.
func (w *writer) act(at auth.Step) {
	switch {
	case w.how != withLocks:
		w.write()
	case slices.Contains(inStore, at):
		w.later.Go(w.locked)
	default:
		w.locked()
	}
}

// locked writes under Codex's locks.
func (w *writer) locked() {
	for _, name := range []string{"auth.lock", "auth.json.lock"} {
		unlock, err := safefile.Lock(w.ctx, filepath.Join(w.Home, name), 0o600)
		if err != nil {
			w.t.Error(err)
			return
		}
		defer unlock()
	}
	w.write()
}

func (w *writer) write() {
	switch {
	case w.content == nil:
		w.check(w.home.Delete())
	case w.how == inPlace:
		w.check(w.home.Write(w.content))
	default:
		w.check(w.home.Replace(w.content))
	}
}

// wantIntact: the home holds what was written, byte for byte, and what was
// deleted is not there.
func (w *writer) wantIntact(when string) {
	w.t.Helper()
	got, err := w.home.Read()
	switch {
	case w.content == nil && err == nil:
		w.t.Errorf("%s: what was deleted is back", when)
	case w.content == nil && !errors.Is(err, fs.ErrNotExist), w.content != nil && err != nil:
		w.t.Errorf("%s: %v", when, err)
	case w.content != nil && !bytes.Equal(got, w.content):
		w.t.Errorf("%s: what was written is overwritten", when)
	}
	if left, err := filepath.Glob(filepath.Join(w.Home, ".auth-*")); err != nil || len(left) > 0 {
		w.t.Errorf("%s: left over: %v, %v", when, left, err)
	}
}

// everyWay runs a test for each step, deed and manner.
func everyWay(t *testing.T, steps []auth.Step, manners []manner, test func(t *testing.T, step auth.Step, what deed, how manner)) {
	t.Parallel()
	for _, step := range steps {
		for _, what := range deeds {
			for _, how := range manners {
				if what == signsOut && how == inPlace {
					continue // a deletion is one
				}
				t.Run(string(step)+"/"+string(what)+"/"+string(how), func(t *testing.T) {
					t.Parallel()
					test(t, step, what, how)
				})
			}
		}
	}
}
