package box

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
)

// boxStyle makes the server's pages pleasant, and clearly different from the
// real ones.
const boxStyle = `<style>
:root { color-scheme: light dark; --page: #eef0f3; --card: #fff; --text: #1d2129; --dim: #5b6472; --accent: #2a62b8; --on: #fff }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --card: #1f2228; --text: #eceef2; --dim: #a2abb9; --accent: #7aa9f0; --on: #14161a } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text); font: 1.0625rem/1.55 system-ui, sans-serif }
main { width: min(26rem, 100vw - 6rem); padding: 2.25rem 2rem; border-radius: 1rem; background: var(--card) }
h1 { margin: 0 0 .5rem; font-size: 1.5rem } p { margin: .75rem 0 }
.note { color: var(--dim); font-size: .875rem }
a, button { display: inline-block; margin: .5rem .5rem 0 0; padding: .5rem 1.1rem; border: 1px solid var(--dim); border-radius: .5rem; background: none; color: inherit; font: inherit; text-decoration: none }
#approve, button { border-color: var(--accent); background: var(--accent); color: var(--on) }
input { padding: .5rem; border: 1px solid var(--dim); border-radius: .5rem; background: none; color: inherit; font: inherit }
</style>`

const approvePage = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in</title>` + boxStyle + `</head>
<body><main><h1>Sign in</h1>
<p>A program on this computer wants to sign in as <strong>%s</strong>.</p>
<p><a href="%s" id="approve">Approve</a><a href="%s" id="deny">Cancel</a></p>
<p class="note">This is an authorization server in a box, for tests and demonstrations. No account is needed.</p>
</main></body></html>
`

// authorize is the authorization endpoint (RFC 6749, section 4.1.1; RFC 7636;
// loopback redirection by RFC 8252, section 7.3).
func (s *Server) authorize(c *call) {
	q := c.r.URL.Query()
	c.arrived(Request{ClientID: q.Get("client_id")})
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if q.Get("client_id") != s.cfg.ClientID || err != nil || redirect.Host == "" {
		c.fail("invalid_request") // and no redirect (RFC 6749, section 4.1.2.1)
		return
	}
	account := s.approver()
	switch problem := authorizeProblem(q); {
	case problem != "":
		c.redirect(redirect, q.Get("state"), "error", problem)
	case q.Get("decision") == "deny":
		c.redirect(redirect, q.Get("state"), "error", "access_denied")
	case s.cfg.ApprovalPage && q.Get("decision") != "approve":
		c.page(fmt.Sprintf(approvePage, html.EscapeString(account.Email),
			decisionLink(c.r.URL, "approve"), decisionLink(c.r.URL, "deny")))
	default:
		c.redirect(redirect, q.Get("state"), "code", s.codes.add(authCode{
			account: account, clientID: s.cfg.ClientID,
			redirectURI: q.Get("redirect_uri"), challenge: q.Get("code_challenge"),
		}))
	}
}

// authorizeProblem names the error in the parameters, "" when there is none.
func authorizeProblem(q url.Values) string {
	switch {
	case q.Get("response_type") != "code":
		return "unsupported_response_type"
	case q.Get("code_challenge_method") != "S256" || !isChallenge(q.Get("code_challenge")) || q.Get("state") == "":
		return "invalid_request"
	}
	return ""
}

// decisionLink is the same request with the user's decision, for an HTML attribute.
func decisionLink(u *url.URL, decision string) string {
	q := u.Query()
	q.Set("decision", decision)
	return html.EscapeString(u.Path + "?" + q.Encode())
}

// redirect sends the browser back with one answer and the state.
func (c *call) redirect(to *url.URL, state, name, value string) {
	if name == "error" {
		c.ended(value)
	}
	c.ended(OutcomeOK)
	q := to.Query()
	q.Set(name, value)
	if state != "" {
		q.Set("state", state)
	}
	to.RawQuery = q.Encode()
	c.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(c.w, c.r, to.String(), http.StatusFound)
}

// page shows HTML.
func (c *call) page(text string) {
	c.ended(OutcomeOK)
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = c.w.Write([]byte(text)) // the browser may be gone
}
