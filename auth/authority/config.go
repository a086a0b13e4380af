package authority

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"rekey/auth"
)

// What Codex 0.169 uses unless something overrides it.
const (
	DefaultIssuer     = "https://auth.openai.com"
	DefaultClientID   = "app_EMoamEEZ73f0CkXaXp7hrann"
	DefaultOriginator = "codex_cli_rs"
)

// The time limits of Codex 0.169. It has none for the exchange of a code; that
// one is ours.
const (
	refreshLimit  = 45 * time.Second
	revokeLimit   = 10 * time.Second
	exchangeLimit = 45 * time.Second
)

// Config configures a Client. The zero value of every field means what Codex
// does without configuration.
type Config struct {
	// HTTP sends the requests. Get it from NewHTTPClient; nil means one without
	// proxies. Only its transport is used.
	HTTP *http.Client
	// Issuer is the authorization server for new sign-ins, without a slash
	// at its end.
	Issuer string
	// ClientID is the OAuth client for new sign-ins, and for refreshes of
	// credentials that do not name their own.
	ClientID string
	// RefreshURL and RevokeURL override the endpoints of those names.
	RefreshURL string
	RevokeURL  string
	// Originator and UserAgent name the program to the server. An invalid
	// header value is ignored.
	Originator string
	UserAgent  string
	// BeforeSend runs once the connection is established, right before the part
	// of a refresh that holds the refresh token is written. If it returns an
	// error, the token is not sent and the error becomes the cause of the
	// *auth.RefreshError.
	BeforeSend func() error
	// RefreshLimit, RevokeLimit and ExchangeLimit bound one call each.
	RefreshLimit, RevokeLimit, ExchangeLimit time.Duration
}

// ConfigFromEnv reads the variables that Codex 0.169 honours. An empty one
// counts as unset.
func ConfigFromEnv(getenv func(string) string) Config {
	clientID := getenv("CODEX_APP_SERVER_LOGIN_CLIENT_ID")
	if strings.TrimSpace(clientID) == "" {
		clientID = "" // as for Codex, which takes any other as it is
	}
	return Config{
		Issuer:     strings.TrimRight(strings.TrimSpace(getenv("CODEX_APP_SERVER_LOGIN_ISSUER")), "/"),
		ClientID:   clientID,
		RefreshURL: getenv("CODEX_REFRESH_TOKEN_URL_OVERRIDE"),
		RevokeURL:  getenv("CODEX_REVOKE_TOKEN_URL_OVERRIDE"),
	}
}

// Client talks to the authorization server. It is safe for concurrent use.
type Client struct {
	cfg Config
	// transport is used without an http.Client: one request, one response, and
	// a redirect is a response like any other.
	transport http.RoundTripper
}

var _ auth.Authority = (*Client)(nil)

// New returns a Client.
func New(cfg Config) *Client {
	cfg.Issuer = cmp.Or(cfg.Issuer, DefaultIssuer)
	cfg.ClientID = cmp.Or(cfg.ClientID, DefaultClientID)
	cfg.Originator = cmp.Or(headerValue(cfg.Originator), DefaultOriginator)
	cfg.UserAgent = headerValue(cfg.UserAgent)
	cfg.RefreshLimit = cmp.Or(cfg.RefreshLimit, refreshLimit)
	cfg.RevokeLimit = cmp.Or(cfg.RevokeLimit, revokeLimit)
	cfg.ExchangeLimit = cmp.Or(cfg.ExchangeLimit, exchangeLimit)
	if cfg.HTTP == nil || cfg.HTTP.Transport == nil {
		cfg.HTTP = &http.Client{Transport: guard{newTransport(nil, Network{})}}
	}
	return &Client{cfg: cfg, transport: cfg.HTTP.Transport}
}

// Provenance returns what a sign-in made with this client must store, so that
// its refreshes go to the same issuer.
func (c *Client) Provenance() auth.Provenance {
	return auth.Provenance{Issuer: c.cfg.Issuer, ClientID: c.cfg.ClientID}
}

// headerValue returns v if it is a valid header value, else "".
func headerValue(v string) string {
	if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return ""
	}
	return v
}
