package box

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"
)

// The codes of a refused refresh, as the real server sends them.
const (
	CodeReused      = "refresh_token_reused"
	CodeInvalidated = "refresh_token_invalidated"
)

// ledger knows every token that was issued, and which of them still works.
type ledger struct {
	now                func() time.Time
	reuseRevokesFamily bool

	mu         sync.Mutex // guards all below
	accessLife time.Duration
	refresh    map[string]*refreshToken
	families   map[string]*family // by any token of the family, access tokens too
}

func newLedger(cfg Config) *ledger {
	return &ledger{
		now: cfg.Now, reuseRevokesFamily: cfg.ReuseRevokesFamily, accessLife: cfg.AccessLife,
		refresh: make(map[string]*refreshToken), families: make(map[string]*family),
	}
}

// family is one sign-in with all refresh tokens that descend from it; they are
// revoked together.
type family struct {
	account  Account
	clientID string
	revoked  bool
}

type refreshToken struct {
	seq    int // 1 for the first token this server issued
	family *family
	spent  bool
}

// issue starts a new family.
func (l *ledger) issue(a Account, clientID string) Tokens {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next(&family{account: a, clientID: clientID})
}

// next issues a set of tokens; l.mu is held.
func (l *ledger) next(f *family) Tokens {
	issued := l.now()
	expires := issued.Add(l.accessLife)
	seq := len(l.refresh) + 1
	t := Tokens{
		IDToken:      JWT(f.account.claims(fmt.Sprintf("id-%d", seq), issued, expires)),
		AccessToken:  JWT(f.account.claims(fmt.Sprintf("access-%d-%s", seq, rand.Text()), issued, expires)),
		RefreshToken: fmt.Sprintf("box-refresh-%d-%s", seq, rand.Text()),
	}
	l.refresh[t.RefreshToken] = &refreshToken{seq: seq, family: f}
	l.families[t.RefreshToken], l.families[t.AccessToken] = f, f
	return t
}

// redeem spends a refresh token. It returns the tokens that follow it, or the
// code of the refusal.
func (l *ledger) redeem(token, clientID string) (Tokens, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rt, ok := l.refresh[token]
	switch {
	case !ok || rt.family.revoked:
		return Tokens{}, CodeInvalidated
	case rt.family.clientID != clientID:
		return Tokens{}, "invalid_client"
	case rt.spent:
		rt.family.revoked = l.reuseRevokesFamily
		return Tokens{}, CodeReused
	}
	rt.spent = true
	return l.next(rt.family), ""
}

// sequence returns a refresh token's number, 0 when this server has not issued it.
func (l *ledger) sequence(token string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rt, ok := l.refresh[token]; ok {
		return rt.seq
	}
	return 0
}

// owner returns whose access token this is; ok is false when it is unknown.
// It does not check whether the token has expired.
func (l *ledger) owner(accessToken string) (a Account, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, ok := l.families[accessToken]
	if !ok {
		return Account{}, false
	}
	return f.account, true
}

// works reports whether a refresh with this token would succeed.
func (l *ledger) works(token string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	rt, ok := l.refresh[token]
	return ok && !rt.spent && !rt.family.revoked
}

// revoke ends the family of a refresh or access token (RFC 7009, section 2.1).
// Tokens of other clients and unknown ones are left alone.
func (l *ledger) revoke(token, clientID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f, ok := l.families[token]; ok && (clientID == "" || f.clientID == clientID) {
		f.revoked = true
	}
}

// revokeAll ends every family.
func (l *ledger) revokeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.families {
		f.revoked = true
	}
}

func (l *ledger) setAccessLife(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accessLife = d
}

func (l *ledger) life() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accessLife
}
