package authority

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"rekey/auth"
	"rekey/internal/fault"
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

func (e *ExchangeError) fault() *fault.Fault {
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
func (e *ExchangeError) Error() string { return e.fault().Error() }

// FaultCode implements fault.Coded.
func (e *ExchangeError) FaultCode() string { return e.fault().FaultCode() }

// FaultArgs implements fault.Coded.
func (e *ExchangeError) FaultArgs() []any { return e.fault().FaultArgs() }

// Unwrap returns the cause.
func (e *ExchangeError) Unwrap() error { return e.Err }

var (
	errLacksToken = fault.New("lacks_token", "its answer lacks a token")
	errUnusable   = fault.New("unusable_answer", "its answer cannot be read")
)

// Exchange redeems an authorization code at the configured issuer (RFC 6749,
// section 4.1.3). Every error is an *ExchangeError.
func (c *Client) Exchange(ctx context.Context, grant CodeGrant) (Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.ExchangeLimit)
	defer cancel()
	conf := oauth2.Config{
		ClientID:    c.cfg.ClientID,
		RedirectURL: grant.RedirectURI,
		Endpoint:    oauth2.Endpoint{TokenURL: tokenEndpoint(c.cfg.Issuer), AuthStyle: oauth2.AuthStyleInParams},
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.formClient())
	answer, err := conf.Exchange(ctx, grant.Code.Reveal(), oauth2.VerifierOption(grant.Verifier.Reveal()))
	if err != nil && ctx.Err() != nil {
		return Tokens{}, &ExchangeError{Err: cause(ctx.Err())}
	}
	if err != nil {
		return Tokens{}, exchangeError(err)
	}
	id, _ := answer.Extra("id_token").(string)
	if id == "" || answer.AccessToken == "" || answer.RefreshToken == "" {
		return Tokens{}, &ExchangeError{Status: http.StatusOK, Err: errLacksToken}
	}
	return Tokens{
		ID: auth.NewSecret(id), Access: auth.NewSecret(answer.AccessToken), Refresh: auth.NewSecret(answer.RefreshToken),
	}, nil
}

// exchangeError keeps only the safe parts of the library's error, whose text
// quotes the response body.
func exchangeError(err error) *ExchangeError {
	var answered *oauth2.RetrieveError
	if errors.As(err, &answered) {
		return &ExchangeError{
			Status: answered.Response.StatusCode,
			Code:   safeCode(asciiLower(errorCode(answered.Body))),
		}
	}
	var failed *formError
	if errors.As(err, &failed) {
		return &ExchangeError{Err: cause(failed.err)}
	}
	return &ExchangeError{Err: errUnusable}
}

// ExchangeAPIKey trades an ID token for an API key (RFC 8693). The key is
// optional: Codex continues without one when this fails, because accounts
// without an organization get none.
func (c *Client) ExchangeAPIKey(ctx context.Context, idToken auth.Secret) (auth.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.ExchangeLimit)
	defer cancel()
	form := encodeForm([][2]string{
		{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
		{"client_id", c.cfg.ClientID},
		{"requested_token", "openai-api-key"},
		{"subject_token", idToken.Reveal()},
		{"subject_token_type", "urn:ietf:params:oauth:token-type:id_token"},
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tokenEndpoint(c.cfg.Issuer), strings.NewReader(form))
	if err != nil {
		return auth.Secret{}, &ExchangeError{Err: errAddress}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := formTransport{c.transport}.RoundTrip(req)
	if err != nil {
		return auth.Secret{}, exchangeError(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return auth.Secret{}, &ExchangeError{Err: cause(err)}
	}
	if !success(resp.StatusCode) {
		return auth.Secret{}, &ExchangeError{Status: resp.StatusCode, Code: safeCode(asciiLower(errorCode(body)))}
	}
	tokens, err := parseTokens(body)
	if err != nil || tokens.AccessToken == nil || tokens.AccessToken.Empty() {
		return auth.Secret{}, &ExchangeError{Status: resp.StatusCode, Err: errLacksToken}
	}
	return *tokens.AccessToken, nil
}

// formClient sends the forms of the oauth2 library. It follows no redirects.
func (c *Client) formClient() *http.Client {
	return &http.Client{
		Transport:     formTransport{c.transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// formTransport sends forms as Codex does and declares every answer to be JSON.
type formTransport struct{ next http.RoundTripper }

// formError marks a transport error, so that it can be found below the
// library's own error texts.
type formError struct{ err error }

func (e *formError) Error() string { return e.err.Error() }
func (e *formError) Unwrap() error { return e.err }

// RoundTrip implements http.RoundTripper.
func (t formTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.GetBody = nil                // a code is single use too
	req.Header.Set("User-Agent", "") // Codex sends none here; net/http omits an empty one
	req.Header.Set("Accept", "*/*")
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, &formError{err}
	}
	// Codex reads JSON whatever the content type; the library would parse
	// text/plain as a form.
	resp.Header.Set("Content-Type", "application/json")
	return resp, nil
}
