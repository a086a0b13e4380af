package agent

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/auth/login"
	"rekey/internal/box"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestOneSignInForAllCallers(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	b := newHeldBrowser()
	h := r.open(b.use)
	first := kit.Later(func() error { return h.SignIn(within(t), auth.SignInPreferred) })
	<-b.asked
	if !h.State().SigningIn {
		t.Error("the State does not tell of the sign-in")
	}
	impatient, giveUp := context.WithCancel(t.Context())
	second := kit.Later(func() error { return h.SignIn(impatient, auth.SignInPreferred) })
	third := kit.Later(func() error { return h.SignIn(within(t), auth.SignInPreferred) })
	giveUp()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("who gives up gets %v", err)
	}
	close(b.letGo)
	if err := errors.Join(<-first, <-third); err != nil {
		t.Errorf("the others get %v", err)
	}
	if n := b.opened.Load(); n != 1 && n != 2 { // the third may have come after the end
		t.Errorf("%d pages were opened", n)
	}
}

func TestCancelSignIn(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	before := r.content()
	b := newHeldBrowser()
	h := r.open(b.use)
	h.CancelSignIn() // nothing to end
	callers := []<-chan error{}
	for range 3 {
		callers = append(callers, kit.Later(func() error { return h.SignIn(within(t), auth.SignInPreferred) }))
	}
	<-b.asked
	h.CancelSignIn()
	for _, caller := range callers {
		var err error
		kit.Eventually(t, "the end of the sign-in", func() bool {
			select {
			case err = <-caller:
				return true
			default:
				h.CancelSignIn() // one may have come later, while this test waits
				return false
			}
		})
		if !errors.Is(err, login.ErrCancelled) {
			t.Errorf("SignIn = %v, want %v", err, login.ErrCancelled)
		}
	}
	if r.content() != before || h.State().SigningIn {
		t.Errorf("the home has changed, or the State is wrong: %+v", h.State())
	}
	close(b.letGo)
	if err := h.SignIn(within(t), auth.SignInPreferred); err != nil {
		t.Errorf("the next sign-in: %v", err)
	}
}

func TestCloseEndsASignIn(t *testing.T) {
	r := newRig(t, box.Config{})
	b := newHeldBrowser()
	h := r.open(b.use)
	caller := kit.Later(func() error { return h.SignIn(within(t), auth.SignInPreferred) })
	<-b.asked
	must.Do(t, h.Close(within(t)))
	if err := <-caller; !errors.Is(err, login.ErrCancelled) {
		t.Errorf("SignIn = %v, want %v", err, login.ErrCancelled)
	}
}

// A client that begins anew ends what it, or another one, has begun.
func TestBeginSignInReplacesTheRunningOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	h := r.open()
	_, waitFirst, _, err := h.BeginSignIn(within(t), auth.SignInBrowser)
	must.Do(t, err)
	shown, waitSecond, _, err := h.BeginSignIn(within(t), auth.SignInBrowser)
	must.Do(t, err)
	if err := waitFirst(); !errors.Is(err, login.ErrCancelled) {
		t.Errorf("the first ends with %v", err)
	}
	if !h.State().SigningIn {
		t.Error("the State does not tell of the second")
	}
	if err := errors.Join(browse(within(t), shown.Page), waitSecond()); err != nil {
		t.Errorf("the second ends with %v", err)
	}
	if st := h.State(); st.SigningIn || st.Status != auth.StatusHealthy {
		t.Errorf("the State is %+v", st)
	}
}

func TestManyBeginSignIns(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	h := r.open()
	var began, ended sync.WaitGroup
	var running, most atomic.Int32
	for range 10 {
		began.Go(func() {
			_, wait, _, err := h.BeginSignIn(within(t), auth.SignInBrowser)
			if err != nil {
				if !errors.Is(err, login.ErrCancelled) {
					t.Errorf("BeginSignIn: %v", err)
				}
				return
			}
			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			ended.Go(func() {
				if err := wait(); !errors.Is(err, login.ErrCancelled) {
					t.Errorf("it ended with %v", err)
				}
				running.Add(-1)
			})
		})
	}
	began.Wait()
	h.CancelSignIn()
	ended.Wait()
	if h.State().SigningIn {
		t.Error("the State tells of a sign-in that has ended")
	}
	gaveUp, giveUp := context.WithCancel(t.Context())
	_, _, stop, err := h.BeginSignIn(within(t), auth.SignInBrowser)
	must.Do(t, err)
	giveUp()
	if _, _, _, err := h.BeginSignIn(gaveUp, auth.SignInBrowser); !errors.Is(err, context.Canceled) {
		t.Errorf("BeginSignIn of a caller that has gone = %v", err)
	}
	stop()
}

// heldBrowser is a browser that opens its page when it is let go. It counts how
// often it was asked.
type heldBrowser struct {
	opened atomic.Int32
	asked  chan struct{} // has a message for each page
	letGo  chan struct{}
}

func newHeldBrowser() *heldBrowser {
	return &heldBrowser{asked: make(chan struct{}, 100), letGo: make(chan struct{})}
}

func (b *heldBrowser) open(ctx context.Context, url string) error {
	b.opened.Add(1)
	b.asked <- struct{}{}
	select {
	case <-b.letGo:
		return browse(ctx, url)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *heldBrowser) use(o *Options) { o.OpenURL = b.open }

// Before a browser opens it is known whether the sign-in can be kept.
func TestSignInThatCouldNotBeKept(t *testing.T) {
	r := newRig(t, box.Config{})
	opened := make(chan string, 1)
	h := r.open(func(o *Options) {
		o.Store.Disk.Fault = func(op safefile.Op, path string) error {
			if op == safefile.OpCreate && filepath.Dir(path) == r.home.Dir() {
				return syscall.EROFS
			}
			return nil
		}
		o.OpenURL = func(_ context.Context, url string) error { opened <- url; return nil }
	})
	if err := h.SignIn(within(t), auth.SignInBrowser); !errors.Is(err, syscall.EROFS) {
		t.Errorf("error %v, want EROFS", err)
	}
	if len(opened) > 0 {
		t.Error("a browser was opened")
	}
}

// browse is a browser: it follows a page to its end.
func browse(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}
