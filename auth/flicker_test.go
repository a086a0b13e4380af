package auth

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestNothingFlickers: however long a request takes and whatever comes of it, what
// passes by itself is shown for a second before something else that does; success
// and a refusal are shown at once.
func TestNothingFlickers(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"refreshed": refreshed("2"), "down": serverDown, "lost": answerLost, "refused": refused(ReasonRevoked)} {
		for _, left := range []time.Duration{time.Hour, -time.Minute} {
			t.Run(fmt.Sprintf("%s, %v left", name, left), func(t *testing.T) {
				t.Parallel()
				for takes := time.Duration(0); takes <= 5*time.Second; takes += 50 * time.Millisecond {
					synctest.Test(t, func(t *testing.T) { flickers(t, a, left, takes) })
				}
			})
		}
	}
}

func flickers(t *testing.T, a answer, left, takes time.Duration) {
	start := time.Now()
	r := newRig(t, chatGPT(ends(left)), func(o *Options) { o.Now = func() time.Time { return noon.Add(time.Since(start)) } })
	time.Sleep(time.Minute)
	r.authority.then(a)
	release := r.authority.block()
	states := r.Subscribe(t.Context())
	last, since := <-states, start
	time.AfterFunc(takes, release)
	asked := time.Now()
	done := r.refreshLater()
	for end := time.After(10 * time.Second); ; {
		select {
		case st := <-states:
			was, now := last.Status, st.Status
			switch shown := time.Since(since); {
			case was == now:
			case last.passing() && st.passing() && shown < time.Second:
				t.Errorf("after a request of %v: %q for %v, then %q", takes, was, shown, now)
			case !st.passing() && time.Since(asked) != takes:
				t.Errorf("after a request of %v: %q comes after %v", takes, now, time.Since(asked))
			}
			if last = st; was != now {
				since = time.Now()
			}
		case <-end:
			<-done
			if now := r.State(); now != last {
				t.Errorf("at the end: %q is shown, it is %q", last.Status, now.Status)
			}
			return
		}
	}
}

// TestSignInIsShownAtOnce: also within the second for which a slow refresh that
// failed is shown.
func TestSignInIsShownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newRig(t, chatGPT(ends(-time.Minute)), func(o *Options) { o.Now = func() time.Time { return noon.Add(time.Since(start)) } })
		time.Sleep(time.Minute)
		r.authority.then(serverDown)
		time.AfterFunc(refreshShown+100*time.Millisecond, r.authority.block())
		<-r.refreshLater()
		states := r.Subscribe(t.Context())
		if st := <-states; st.Status != StatusRefreshing {
			t.Fatalf("the failure is shown at once: %q", st.Status)
		}
		r.SetSignIn(SignInProgress{Method: SignInBrowser})
		before := time.Now()
		if st := <-states; !st.SigningIn {
			t.Errorf("the sign-in is not shown: %q", st.Status)
		}
		wantAfter(t, before, 0)
	})
}

// TestNothingBlinks: whatever comes of a request that takes less than a second,
// the State does not change for it and back; a slow one is shown from then on.
func TestNothingBlinks(t *testing.T) {
	for name, a := range map[string]answer{"refreshed": refreshed("2"), "down": serverDown, "lost": answerLost, "refused": refused(ReasonRevoked)} {
		for _, left := range []time.Duration{time.Hour, -time.Minute} {
			for _, takes := range []time.Duration{0, 10 * time.Millisecond, refreshShown - 1, 5 * time.Second} {
				t.Run(fmt.Sprintf("%s, %v left, after %v", name, left, takes), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { blinks(t, a, left, takes) })
				})
			}
		}
	}
}

func blinks(t *testing.T, a answer, left, takes time.Duration) {
	start := time.Now()
	r := newRig(t, chatGPT(ends(left)), func(o *Options) { o.Now = func() time.Time { return noon.Add(time.Since(start)) } })
	before := r.State().Status
	r.authority.then(a)
	release := r.authority.block()
	states := r.Subscribe(t.Context())
	<-states
	time.AfterFunc(takes, release)
	done := r.refreshLater()
	if takes > refreshTick {
		if st := <-states; st.Status != StatusRefreshing {
			t.Errorf("a slow request: %q", st.Status)
		}
		wantAfter(t, start, refreshTick)
	}
	<-done
	synctest.Wait()
	wantAfter(t, start, takes)
	select {
	case st := <-states: // the last of them, had there been several at once
		if st.Status == StatusRefreshing {
			t.Errorf("after the request: %q", st.Status)
		}
	default:
		if takes > refreshTick || before != r.State().Status {
			t.Errorf("nobody is told of %q", r.State().Status)
		}
	}
	time.Sleep(2 * refreshShown)
	synctest.Wait()
	select {
	case st := <-states:
		t.Errorf("afterwards: %+v", st)
	default:
	}
}
