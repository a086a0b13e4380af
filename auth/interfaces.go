package auth

import (
	"context"
	"time"
)

// Store is where one home's credentials live. Implementations are safe for
// concurrent use and honour ctx; every call ends within seconds.
type Store interface {
	// Load reads the credentials as they are now, without any lock. It returns
	// ErrNoCredential when there are none and *UnreadableError when they cannot
	// be read or used.
	Load(ctx context.Context) (*Snapshot, error)
	// Update replaces the credentials under Codex's own locks. decide gets the
	// store's content at that moment (nil when absent or unreadable) and
	// returns its replacement, or an error such as ErrStoreChanged to leave the
	// store alone; that error is returned wrapped. decide is called again if
	// the content changes meanwhile, and must not block.
	Update(ctx context.Context, decide func(current *Snapshot) (*Snapshot, error)) error
	// Delete removes the credentials under the same locks. If there is nothing
	// to delete, removed is false and err is nil.
	Delete(ctx context.Context) (removed bool, err error)
	// Writable says why an Update would fail (permission, hard link, full disk),
	// or nil. It finds out by a trial in the same place with as much data,
	// which it then undoes; the credentials are not touched.
	Writable(ctx context.Context) error
	// String names the store for people, for example its path.
	String() string
}

// RefreshReason tells the authorization server why the refresh was requested.
// Codex 0.169 sends it as refresh_reason.
type RefreshReason string

// The reasons Codex sends.
const (
	RefreshForced    RefreshReason = "forced"
	RefreshProactive RefreshReason = "proactive_expiry"
	RefreshScheduled RefreshReason = "scheduled"
)

// Provenance says who issued a refresh token. Codex 0.169 stores it as
// tokens.oauth_provenance and sends refreshes to that issuer.
type Provenance struct {
	Issuer   string
	ClientID string
}

// RefreshRequest is one refresh (RFC 6749, section 6).
type RefreshRequest struct {
	RefreshToken Secret
	Reason       RefreshReason
	// Provenance is nil when the store holds none.
	Provenance *Provenance
}

// TokenResponse is a successful response of the token endpoint (RFC 6749,
// section 5.1). A nil field was missing or null: the stored value stays.
type TokenResponse struct {
	IDToken      *Secret
	AccessToken  *Secret
	RefreshToken *Secret
	// DropProvenance: the answer did not come from the stored provenance's
	// issuer, so the provenance is no longer true.
	DropProvenance bool
	// Tolerated is why Codex would not have read the answer, nil if it would.
	Tolerated error
}

// usable returns r without empty tokens, and without an ID token that Codex could not
// read if there is a new refresh token: the old ID token still serves, and the new
// refresh token is the only one that does.
func (r TokenResponse) usable() TokenResponse {
	for _, token := range []**Secret{&r.IDToken, &r.AccessToken, &r.RefreshToken} {
		if *token != nil && (*token).Empty() {
			*token = nil
		}
	}
	if r.IDToken != nil && r.RefreshToken != nil {
		if _, err := parseClaims(r.IDToken.Reveal()); err != nil {
			r.IDToken = nil
		}
	}
	return r
}

// Authority is the authorization server's client. Implementations are safe
// for concurrent use, never retry by themselves and bound every call in time.
type Authority interface {
	// Refresh redeems a refresh token. Every error is a *RefreshError.
	Refresh(ctx context.Context, req RefreshRequest) (TokenResponse, error)
	// Revoke asks the server to revoke the token (RFC 7009); hint is
	// "refresh_token" or "access_token".
	Revoke(ctx context.Context, token Secret, hint string) error
}

// ExternalTokens are ChatGPT tokens that a host program owns and hands to us.
type ExternalTokens struct {
	AccessToken Secret
	AccountID   string
	PlanType    string
}

// ExternalRefresher asks the host program that owns the tokens for new ones.
type ExternalRefresher interface {
	// RefreshExternal returns new tokens for the account. reason is
	// "unauthorized", the only one Codex knows.
	RefreshExternal(ctx context.Context, reason, previousAccountID string) (ExternalTokens, error)
}

// Memory is what Rekey remembers about one home across processes. Keys are
// fingerprints, never tokens. Implementations are safe for concurrent use by
// goroutines and processes. Methods may wait for the disk or the keyring; those
// of the escrow do not hold up the others.
type Memory interface {
	// Token returns the fingerprint of the refresh token alone: a keyed hash
	// that is safe to store and to log.
	Token(s *Snapshot) string
	// Whole returns the fingerprint of all known fields of the snapshot.
	Whole(s *Snapshot) string

	// Lookup finds the refusal for a fingerprint.
	Lookup(fingerprint string) (Refusal, bool)
	// Record remembers a refusal. An error only means that it will be forgotten
	// when the process exits.
	Record(r Refusal) error

	// LastAttempt finds the last attempt with the token of a fingerprint.
	LastAttempt(fingerprint string) (AttemptRecord, bool)
	// RecordAttempt replaces the last attempt with the same token. An error
	// means that other processes do not know of it.
	RecordAttempt(r AttemptRecord) error

	// ClaimNotice returns true exactly once ever for each notification id.
	ClaimNotice(id string) (bool, error)

	// AddActivities appends activities in the order they happened.
	AddActivities(list []Activity) error
	// Activities returns the recent activities, oldest first.
	Activities() ([]Activity, error)

	Escrow
}

// Escrow keeps the answer of a refresh from its arrival until it is in the
// store, even if the process dies in between. It has one slot, keyed by the
// fingerprint of the refresh token that is being redeemed, and is only written
// under the home's refresh lock. Every write is durable (fsync) before it
// returns.
type Escrow interface {
	// Reserve records an attempt and reserves space for its answer. After an
	// error nothing may be sent, because an answer could not be kept. An answer
	// that is still held for other credentials is an error; it is not
	// overwritten. A token that was sent before stays marked as sent.
	Reserve(redeemed string, at time.Time) error
	// Sent records that the request is about to be written to the network.
	Sent(redeemed string) error
	// Keep stores the answer.
	Keep(redeemed string, answer TokenResponse) error
	// Held returns the content of the slot; ok is false when it is empty.
	Held() (entry EscrowEntry, ok bool, err error)
	// Clear empties the slot if it holds redeemed.
	Clear(redeemed string) error
}
