package authority

import (
	"net/url"
	"strings"

	"rekey/auth"
)

const (
	tokenPath     = "/oauth/token"
	revokePath    = "/oauth/revoke"
	authorizePath = "/oauth/authorize"
)

// refreshTarget is where a refresh goes.
type refreshTarget struct {
	url      string
	clientID string
	// dropProvenance: after a success the stored provenance is no longer true.
	dropProvenance bool
}

// refreshTarget resolves the endpoint as Codex 0.169 does: the override, else
// the issuer that the credentials came from, else the default. The client ID is
// the credentials' own, else the configured one, whatever the endpoint.
func (c *Client) refreshTarget(p *auth.Provenance) refreshTarget {
	t := refreshTarget{url: DefaultIssuer + tokenPath, clientID: c.cfg.ClientID}
	if p != nil {
		if p.Issuer != "" {
			t.url = tokenEndpoint(p.Issuer)
		}
		t.clientID = p.ClientID // even an empty one
	}
	if o := c.cfg.RefreshURL; o != "" {
		t.dropProvenance = p != nil && o != t.url
		t.url = o
	}
	return t
}

// revokeURL resolves the endpoint as Codex 0.169 does: the override, else next
// to the override for refreshes, else the default.
func (c *Client) revokeURL() string {
	if c.cfg.RevokeURL != "" {
		return c.cfg.RevokeURL
	}
	if u, err := url.Parse(c.cfg.RefreshURL); err == nil && u.Host != "" {
		u.Path, u.RawPath, u.RawQuery = revokePath, "", ""
		return u.String()
	}
	return DefaultIssuer + revokePath
}

// tokenEndpoint is the token endpoint of an issuer.
func tokenEndpoint(issuer string) string { return strings.TrimRight(issuer, "/") + tokenPath }

// scopes are the ones that Codex 0.169 requests.
const scopes = "openid profile email offline_access api.connectors.read api.connectors.invoke"

// Authorization is one request for a code (RFC 6749, section 4.1.1).
type Authorization struct {
	// RedirectURI is where the browser delivers the code.
	RedirectURI string
	// Challenge is the S256 code challenge (RFC 7636, section 4.2).
	Challenge string
	// State binds the answer to this request.
	State string
	// Workspaces are the only ones that may sign in, empty for any.
	Workspaces []string
}

// AuthorizeURL is the page that asks the user to sign in, with the parameters
// of Codex 0.169 in its order.
func (c *Client) AuthorizeURL(a Authorization) string {
	params := [][2]string{
		{"response_type", "code"},
		{"client_id", c.cfg.ClientID},
		{"redirect_uri", a.RedirectURI},
		{"code_challenge", a.Challenge},
		{"code_challenge_method", "S256"},
		{"state", a.State},
		{"scope", scopes},
		{"id_token_add_organizations", "true"},
		{"codex_cli_simplified_flow", "true"},
		{"originator", c.cfg.Originator},
	}
	if len(a.Workspaces) > 0 {
		params = append(params, [2]string{"allowed_workspace_id", strings.Join(a.Workspaces, ",")})
	}
	return c.cfg.Issuer + authorizePath + "?" + encodeForm(params)
}

// encodeForm is url.Values.Encode without its sorting.
func encodeForm(params [][2]string) string {
	var b strings.Builder
	for _, p := range params {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p[0]))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p[1]))
	}
	return b.String()
}
