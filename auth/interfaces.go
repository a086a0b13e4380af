package auth

import (
	"context"
	"time"
)

// Store is where one home's credentials live. Implementations are safe for
// concurrent use and honour ctx; every call ends within seconds.
type Store interface {
	// Load reads the credentials as they are now, without any lock. It returns
	// ErrNoCredential when there are none and *UnreadableError when there is
	// something that cannot be used.
	Load(ctx context.Context) (*Snapshot, error)
	// Update replaces the credentials under Codex's own locks. decide is given
	// what the store holds at that moment (nil when absent or unreadable) and
	// returns what shall replace it, or an error, ErrStoreChanged for one, to
	// leave the store alone; that error is returned wrapped. decide is called
	// again when the content changes meanwhile, and must not block.
	Update(ctx context.Context, decide func(current *Snapshot) (*Snapshot, error)) error
	// Delete removes the credentials under the same locks. Nothing to delete
	// is not an error; removed tells which it was.
	Delete(ctx context.Context) (removed bool, err error)
	// Writable says why an Update would fail (permission, hard link, full disk),
	// or nil. It finds out by doing the same in the same place, with as much
	// room, and taking it back; the credentials stay as they are.
	Writable(ctx context.Context) error
	// String names the store for people, for example its path.
	String() string
}

// RefreshReason tells the authorization server why a refresh is asked for.
// Codex 0.169 sends it as refresh_reason.
type RefreshReason string

// The reasons Codex sends.
const (
	RefreshForced    RefreshReason = "forced"
	RefreshProactive RefreshReason = "proactive_expiry"
	RefreshScheduled RefreshReason = "scheduled"
)

// Provenance is where a refresh token came from: Codex 0.169 stores it as
// tokens.oauth_provenance and sends the refresh there.
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

// TokenResponse is a successful answer of the token endpoint (RFC 6749,
// section 5.1). A nil field was missing or null: what was stored stays.
type TokenResponse struct {
	IDToken      *Secret
	AccessToken  *Secret
	RefreshToken *Secret
	// DropProvenance: the answer came from another place than the stored
	// provenance's issuer, so that the provenance is no longer true.
	DropProvenance bool
}

// withoutEmpty is r without its empty tokens: an empty one is none.
func (r TokenResponse) withoutEmpty() TokenResponse {
	for _, token := range []**Secret{&r.IDToken, &r.AccessToken, &r.RefreshToken} {
		if *token != nil && (*token).Empty() {
			*token = nil
		}
	}
	return r
}

// Authority is the authorization server's client. Implementations are safe
// for concurrent use, never retry by themselves and bound every call in time.
type Authority interface {
	// Refresh redeems a refresh token. Every error is a *RefreshError.
	Refresh(ctx context.Context, req RefreshRequest) (TokenResponse, error)
	// Revoke tells the server to forget the credentials (RFC 7009), best
	// effort: hint is "refresh_token" or "access_token".
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

// Memory is what is remembered about one home beyond the life of a process.
// Keys are fingerprints, never tokens. Implementations are safe for concurrent
// use by goroutines and processes. Its methods may take as long as a disk or a
// keyring does; those of the escrow hold up no other.
type Memory interface {
	// Token is the fingerprint of the refresh token alone: a keyed hash that is
	// safe to store and to log.
	Token(s *Snapshot) string
	// Whole is the fingerprint of every known field of the snapshot.
	Whole(s *Snapshot) string

	// Lookup finds the refusal for a fingerprint.
	Lookup(fingerprint string) (Refusal, bool)
	// Record remembers a refusal. An error means that it will be forgotten at
	// the end of the process, nothing worse.
	Record(r Refusal) error

	// LastAttempt finds the last attempt with the token of a fingerprint.
	LastAttempt(fingerprint string) (AttemptRecord, bool)
	// RecordAttempt remembers one in place of the last one with its token. An
	// error means that other processes do not know of it.
	RecordAttempt(r AttemptRecord) error

	// ClaimNotice reports true exactly once ever for each id of a notification.
	ClaimNotice(id string) (bool, error)

	// AddActivities appends what has happened, in its order.
	AddActivities(list []Activity) error
	// Activities returns what happened lately, the oldest first.
	Activities() ([]Activity, error)

	Escrow
}

// Escrow keeps the answer of a refresh from its arrival until it is in the
// store, beyond the life of the process. There is one slot, keyed by the
// fingerprint of the refresh token that is being redeemed; it is only written
// under the home's refresh lock. Every write is durable (fsync) before it
// returns.
type Escrow interface {
	// Reserve records an attempt and sets aside the room for its answer. An
	// error means that an answer could not be kept: then nothing may be sent.
	// An answer that is still held for other credentials is not overwritten
	// and is an error. A token that was sent before stays marked as sent.
	Reserve(redeemed string, at time.Time) error
	// Sent records that the request is about to be written to the network.
	Sent(redeemed string) error
	// Keep stores the answer.
	Keep(redeemed string, answer TokenResponse) error
	// Held returns what the slot holds; ok is false when it is empty.
	Held() (entry EscrowEntry, ok bool, err error)
	// Clear empties the slot if it is the one for redeemed.
	Clear(redeemed string) error
}
