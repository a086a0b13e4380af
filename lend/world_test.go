package lend

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/bubble"
	"rekey/test/kit/must"
)

// signIn is the n-th access token of Ada's, which works for an hour.
func signIn(t testing.TB, account string, n int) *auth.Snapshot {
	t.Helper()
	claims := func(m map[string]any) string {
		data := must.Get(json.Marshal(m))(t)
		return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString(data) + ".c2ln"
	}
	s, err := auth.NewChatGPT(auth.SignIn{
		IDToken: auth.NewSecret(claims(map[string]any{
			"email": "ada@example.com", "https://api.openai.com/auth": map[string]any{"chatgpt_account_id": account}})),
		AccessToken:  auth.NewSecret(claims(map[string]any{"exp": time.Now().Add(time.Hour).Unix(), "jti": strconv.Itoa(n)})),
		RefreshToken: auth.NewSecret("refresh-canary"),
	}, time.Now())
	must.Do(t, err)
	return s
}

// world is an owner and its borrowers, all of them played.
type world struct {
	t      *testing.T
	lender *Lender
	clock  *bubble.Clock

	mu       sync.Mutex
	offer    Offer
	holds    map[string]string // by target: what is in auth.json there
	fails    map[string]error  // by target: what its transport ends with
	stderr   map[string]string
	slow     time.Duration // an errand takes
	visits   map[string]int
	now, max int       // at once
	last     time.Time // when the last visit that worked has ended
	seen     []Loan
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, clock: &bubble.Clock{}, holds: map[string]string{}, fails: map[string]error{}, stderr: map[string]string{}, visits: map[string]int{}}
	w.lender = NewLender(Owner{
		Book: OpenBook(filepath.Join(t.TempDir(), "loans.json")), Offer: w.offered, Through: w.through,
		Log: slog.New(slog.DiscardHandler),
	}, w.clock, func(loans []Loan) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = loans
	})
	w.refresh(1)
	return w
}

func (w *world) offered() Offer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.offer
}

// refresh gives the owner another access token.
func (w *world) refresh(n int) {
	s := signIn(w.t, "acct-ada", n)
	w.set(Offer{Snapshot: s, Print: "print-" + strconv.Itoa(n)})
}

func (w *world) set(o Offer) {
	w.mu.Lock()
	w.offer = o
	w.mu.Unlock()
	w.lender.Poke()
}

// through plays the script: see borrow.sh.
func (w *world) through(ctx context.Context, argv []string, stdin []byte) (string, string, error) {
	name := argv[0]
	w.mu.Lock()
	w.visits[name]++
	w.now++
	w.max = max(w.max, w.now)
	slow, fails, stderr := w.slow, w.fails[name], w.stderr[name]
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.now--; w.mu.Unlock() }()
	if fails == context.DeadlineExceeded { // it hangs
		<-ctx.Done()
		return "", "", ctx.Err()
	}
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return "", "", ctx.Err()
		}
	}
	if fails != nil {
		return "", stderr, fails
	}
	w.mu.Lock()
	w.last = time.Now()
	w.mu.Unlock()
	lines := strings.SplitN(strings.TrimPrefix(string(stdin), script), "\n", 6)
	do, id, may, content := lines[0], lines[1], lines[2], lines[5]
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.holds[name]
	ours := strings.Contains(was, "rekey-loan:v1:"+id)
	result := "ok"
	switch {
	case was == "" && may == "known" && do == "push":
		result = "signed_out"
	case was != "" && !ours && may != "replace":
		result = "sign_in"
	case do == "push":
		w.holds[name] = content
	case was == "":
		result = "gone"
	default:
		delete(w.holds, name)
	}
	return fmt.Sprintf(`{"rekey":1,"result":%q,"was":"x","clock":%d}`+"\n", result, time.Now().Unix()), "", nil
}

// breaks has a borrower's transport end with an error, and the text on standard
// error, from now on; nil repairs it.
func (w *world) breaks(name string, err error, stderr string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails[name], w.stderr[name] = err, stderr
}

// put changes what is in auth.json at a borrower, "" for nothing.
func (w *world) put(name, content string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holds[name] = content
}

// visited is how often a borrower has been visited, and what it holds.
func (w *world) visited(name string) (times int, holds string) {
	w.quiet()
	return w.counted(name)
}

// counted is visited for what has been waited for.
func (w *world) counted(name string) (times int, holds string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.visits[name], w.holds[name]
}

// lend lends to a command of that name.
func (w *world) lend(name string) {
	w.t.Helper()
	must.Get(w.lender.Lend(w.t.Context(), Target{Name: name, Command: []string{name}}, false))(w.t)
}

// quiet waits until nothing is under way; a second goes by. The tests of this file
// run before the parallel ones, whose children would hold a copy of the book's
// lock for a moment, which can be long in a bubble.
func (w *world) quiet() {
	synctest.Wait()
	time.Sleep(time.Second)
	synctest.Wait()
}

// has wants a borrower to hold the n-th access token, 0 for nothing.
func (w *world) has(name string, n int) {
	w.t.Helper()
	w.quiet()
	w.holding(name, n)
}

// holding is has for what has been waited for.
func (w *world) holding(name string, n int) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	got := w.holds[name]
	if n == 0 {
		if got != "" {
			w.t.Errorf("%s still holds a loan", name)
		}
		return
	}
	s, err := auth.ParseSnapshot([]byte(got))
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	want := must.Get(w.offer.Snapshot.Lend("x"))(w.t)
	if now := w.offer.Print == "print-"+strconv.Itoa(n); now != (s.AccessToken() == want.AccessToken()) {
		w.t.Errorf("%s does not hold token %d", name, n)
	}
	if strings.Contains(got, "refresh-canary") {
		w.t.Errorf("%s holds the refresh token", name)
	}
}

// loan is the one entry of the book.
func (w *world) loan() Loan {
	w.t.Helper()
	w.quiet()
	loans, err := w.lender.Book.List()
	if err != nil || len(loans) != 1 {
		w.t.Fatalf("the book: %+v, %v", loans, err)
	}
	return loans[0]
}

// in runs a test in a bubble with the Lender at work.
func in(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := kit.Later(func() error { return w.lender.Run(ctx) })
		test(t, w)
		cancel()
		must.Do(t, <-done)
	})
}
