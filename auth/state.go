package auth

import (
	"encoding/json"
	"io"
	"time"

	"rekey/usage"
)

// Status sums up a State in one word, which selects the icon, the first line
// and the exit code.
type Status string

// The statuses, one for each row of the State table.
const (
	StatusSignedOut      Status = "signed_out"
	StatusAPIKey         Status = "api_key"
	StatusExternal       Status = "external"
	StatusHealthy        Status = "healthy"
	StatusRefreshing     Status = "renewing"
	StatusWaiting        Status = "waiting"
	StatusExpiring       Status = "expiring"
	StatusSignInRequired Status = "sign_in_required"
	StatusUnreadable     Status = "unreadable"
)

// Statuses lists every Status in the order of the State table.
func Statuses() []Status {
	return []Status{
		StatusSignedOut, StatusAPIKey, StatusExternal, StatusHealthy, StatusRefreshing,
		StatusWaiting, StatusExpiring, StatusSignInRequired, StatusUnreadable,
	}
}

// State is what is known about one home's sign-in. It holds no token and no
// fingerprint that could be turned into one. States are values: compare them
// with ==. All times are UTC and carry no monotonic reading.
type State struct {
	Status Status `json:"status"`

	// The first truth: which credential is present.

	// Method is the credential's kind in Codex's words, "" when signed out.
	Method Kind `json:"method"`
	// Email and Plan come from the ID token's claims. They are those of the
	// last readable content while the store is unreadable.
	Email string `json:"email"`
	Plan  string `json:"plan"`
	// Store names where the credentials live, for example a path.
	Store string `json:"store"`
	// Lent: the access token is lent by another machine or home, which alone
	// refreshes it. Status is then StatusExternal while it works and
	// StatusWaiting after that.
	Lent bool `json:"lent,omitempty"`

	// The second truth: until when the access token works.

	// ExpiresAt is when the access token expires, the zero time when that is
	// unknown.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	// Usable: the access token is present and not known to have expired.
	Usable bool `json:"usable"`

	// The third truth: whether it can still be refreshed.

	// Refreshable is "yes", "unknown" or "no".
	Refreshable Refreshability `json:"renewable"`
	// Obstacle is set when Refreshable is "no" for ChatGPT tokens of this home
	// because of what the store holds: ObstacleNoRefreshToken or ObstacleNoAccount.
	Obstacle Obstacle `json:"obstacle,omitempty"`
	// Refused is set when Refreshable is "no" because the server said so.
	Refused Reason `json:"refused,omitempty"`
	// RefusedAt is when it said so.
	RefusedAt time.Time `json:"refusedAt,omitzero"`

	// LastRefresh is when the tokens were issued, as the store tells it.
	LastRefresh time.Time `json:"lastRefresh,omitzero"`
	// NextRefresh is when the keeper will refresh, zero when it will not.
	NextRefresh time.Time `json:"nextRefresh,omitzero"`
	// Problem is one sentence about what is wrong, "" when nothing is; Cause is
	// the same for programs: a code, its arguments and the English text.
	Problem string `json:"problem,omitempty"`
	Cause   Cause  `json:"cause,omitzero"`
	// LastAttempt is the last request with these tokens that any process
	// recorded, or why none was sent.
	LastAttempt Attempt `json:"lastAttempt,omitzero"`

	// NeverTried: as far as is known, no process has tried to refresh these
	// credentials.
	NeverTried bool `json:"neverTried,omitempty"`
	// AnswerLost: a refresh was sent and no answer came.
	AnswerLost bool `json:"answerLost,omitempty"`
	// CommitPending: new tokens have arrived and could not be saved yet.
	CommitPending bool `json:"commitPending,omitempty"`
	// CannotSave: a refresh was not sent because its answer could not be saved.
	CannotSave bool `json:"cannotSave,omitempty"`
	// Locked: the keyring waits to be unlocked.
	Locked bool `json:"locked,omitempty"`
	// Encrypted: it is in Codex's encrypted store (features.secret_auth_storage).
	Encrypted bool `json:"encrypted,omitempty"`
	// Restricted: the configuration forbids these credentials.
	Restricted bool `json:"restricted,omitempty"`
	// SigningIn: a sign-in is running; SignIn is its progress.
	SigningIn bool           `json:"signingIn,omitempty"`
	SignIn    SignInProgress `json:"signIn,omitzero"`
	// KeepFresh: the keeper is switched on.
	KeepFresh bool `json:"keepFresh"`
	// Notifications: notifications are switched on.
	Notifications bool `json:"notifications"`
	// StartAtLogin: Rekey starts when the user logs in to the desktop.
	StartAtLogin bool `json:"startAtLogin"`
	// SignInMethod is the method used when none is asked for.
	SignInMethod SignInMethod `json:"signInMethod,omitempty"`
	// Loans counts those to whom this sign-in is lent.
	Loans Loans `json:"loans,omitzero"`
	// LastActivity is the time of the newest Activity, zero when there is none.
	// When it changes, a face asks for them again.
	LastActivity time.Time `json:"lastActivity,omitzero"`
	// Notice identifies the notification that belongs to this State, "" when
	// none does. A face shows it only if it can claim it (Session.ClaimNotice).
	Notice string `json:"notice,omitempty"`
}

// Refreshability is the answer to the third truth: can the sign-in still be
// refreshed?
type Refreshability string

// The answers.
const (
	RefreshableYes     Refreshability = "yes"
	RefreshableUnknown Refreshability = "unknown"
	RefreshableNo      Refreshability = "no"
)

// NeedsSignIn reports whether only a new sign-in can fix this State.
func (s State) NeedsSignIn() bool {
	return s.Status == StatusExpiring || s.Status == StatusSignInRequired
}

// ReportSchema is the version of a StateReport's JSON.
const ReportSchema = 1

// StateReport is a State as other programs see it: "rekey status --json" and
// "rekey watch --format json" print it, and hooks read it. It has no secrets.
type StateReport struct {
	Schema int       `json:"schema"`
	At     time.Time `json:"at"` // UTC
	// Home is the Codex home.
	Home  string `json:"home"`
	State State  `json:"state"`
	// Usage is what is known of the plan's usage, nil if nothing is known or it
	// was not asked for.
	Usage *usage.Usage `json:"usage,omitempty"`
}

// NewStateReport reports the State of a home as of now.
func NewStateReport(home string, s State, now time.Time) StateReport {
	return StateReport{Schema: ReportSchema, At: clean(now), Home: home, State: s}
}

// Write writes the report as one JSON object and a newline, over several lines
// if indented.
func (r StateReport) Write(w io.Writer, indented bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if indented {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(r)
}
