package authority

import (
	"context"
	"errors"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/retryafter"
)

// CodeGrant is an authorization code with the proof that it is ours.
type CodeGrant struct {
	// Code is single use and secret until it is redeemed.
	Code auth.Secret
	// RedirectURI is that of the Authorization, byte for byte.
	RedirectURI string
	// Verifier is the code verifier (RFC 7636, section 4.1).
	Verifier auth.Secret
}

// Tokens is the answer to a CodeGrant. None of the three is empty.
type Tokens struct {
	ID, Access, Refresh auth.Secret
}

// ExchangeError says why a code was not redeemed. It never holds a token or a
// response body.
type ExchangeError struct {
	// Status is the HTTP status of the answer, 0 when there was none.
	Status int
	// Code is the machine-readable error code of the answer, "" for none.
	Code string
	// Err is the underlying error, may be nil.
	Err error
}

// AsFault implements fault.Coded.
func (e *ExchangeError) AsFault() *fault.Fault {
	why := e.Err
	switch {
	case why != nil:
	case e.Code != "":
		why = fault.New("it_answered_code", "it answered {{.Status}} ({{.Code}})", "Status", e.Status, "Code", e.Code)
	default:
		why = fault.New("it_answered", "it answered {{.Status}}", "Status", e.Status)
	}
	return fault.New("exchange", "the authorization server did not complete the sign-in: {{.Why}}", "Why", why)
}

// Error implements error.
func (e *ExchangeError) Error() string { return e.AsFault().Error() }

// Unwrap returns the cause.
func (e *ExchangeError) Unwrap() error { return e.Err }

var (
	errLacksToken = fault.New("lacks_token", "its answer lacks a token")
	errUnusable   = fault.New("unusable_answer", "its answer cannot be read")
)

// Exchange redeems an authorization code at the configured issuer (RFC 6749,
// section 4.1.3). Every error is an *ExchangeError.
func (c *Client) Exchange(ctx context.Context, grant CodeGrant) (Tokens, error) {
	a, err := c.postForm(ctx, [][2]string{
		{"grant_type", "authorization_code"},
		{"client_id", c.cfg.ClientID},
		{"code", grant.Code.Reveal()},
		{"redirect_uri", grant.RedirectURI},
		{"code_verifier", grant.Verifier.Reveal()},
	})
	if err != nil {
		return Tokens{}, err
	}
	top, ok := parseOnce(a.body, "id_token", "access_token", "refresh_token")
	if !ok {
		return Tokens{}, &ExchangeError{Status: a.status, Err: errUnusable}
	}
	var t Tokens
	for name, to := range map[string]*auth.Secret{"id_token": &t.ID, "access_token": &t.Access, "refresh_token": &t.Refresh} {
		text, ok := parseText(top[name])
		if !ok || text == "" { // Codex 0.171 stores an empty one, and is then stuck
			return Tokens{}, &ExchangeError{Status: a.status, Err: errLacksToken}
		}
		*to = auth.NewSecret(text)
	}
	return t, nil
}

// ExchangeAPIKey trades an ID token for an API key (RFC 8693). The key is
// optional: Codex continues without one when this fails, because accounts
// without an organization get none.
func (c *Client) ExchangeAPIKey(ctx context.Context, idToken auth.Secret) (auth.Secret, error) {
	a, err := c.postForm(ctx, [][2]string{
		{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
		{"client_id", c.cfg.ClientID},
		{"requested_token", "openai-api-key"},
		{"subject_token", idToken.Reveal()},
		{"subject_token_type", "urn:ietf:params:oauth:token-type:id_token"},
	})
	if err != nil {
		return auth.Secret{}, err
	}
	top, _ := parseOnce(a.body, "access_token")
	key, ok := parseText(top["access_token"])
	if !ok || key == "" {
		return auth.Secret{}, &ExchangeError{Status: a.status, Err: errLacksToken}
	}
	return auth.NewSecret(key), nil
}

// postForm sends a form to the token endpoint. An answer that is no success is
// an error too.
func (c *Client) postForm(ctx context.Context, form [][2]string) (answer, error) {
	a, err := c.ask(ctx, tokenPath, "application/x-www-form-urlencoded", []byte(encodeForm(form)))
	if err == nil && !success(a.status) {
		err = a.failure()
	}
	return a, err
}

// answer is the complete answer to one request of a sign-in.
type answer struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

// failure describes an unsuccessful answer.
func (a answer) failure() *ExchangeError {
	return &ExchangeError{Status: a.status, Code: safeCode(asciiLower(errorCode(a.body)))}
}

// ask sends one request of a sign-in as Codex does: it names no program, and a
// redirect is an answer. Its error is an *ExchangeError.
func (c *Client) ask(ctx context.Context, path, contentType string, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.ExchangeLimit)
	defer cancel()
	post, err := c.newPost(ctx, c.cfg.Issuer+path, newOnceBody(body, nil))
	if err != nil {
		return answer{}, &ExchangeError{Err: err}
	}
	post.Header.Set("Content-Type", contentType)
	post.Header.Del("Originator")
	post.Header.Set("User-Agent", "")
	resp, err := c.transport.RoundTrip(post)
	if err != nil {
		return answer{}, &ExchangeError{Err: cause(err)}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, retryAfter: retryafter.Of(resp.Header, time.Now(), auth.MaxRetryAfter)}
	if a.body, err = readBody(resp.Body); errors.Is(err, errTooLarge) {
		return answer{}, &ExchangeError{Status: resp.StatusCode, Err: err}
	} else if err != nil {
		return answer{}, &ExchangeError{Err: err}
	}
	return a, nil
}
