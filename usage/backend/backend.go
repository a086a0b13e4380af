// Package backend asks ChatGPT's backend what an account has used. It sends one
// GET at a time, once, only to the configured address, without retries or
// redirects. It reads a bounded part of the answer, and no error quotes it,
// because it may name people and accounts.
//
// The addresses and headers were recorded from Codex 0.171.0. The package uses
// only the network.
package backend

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"rekey/internal/retryafter"
	"rekey/usage"
)

const (
	// askLimit bounds one request, from the connection to the answer's last
	// byte.
	askLimit = 10 * time.Second
	// maxBody bounds an answer, in bytes.
	maxBody = 1 << 20
	// maxRetryAfter bounds what the backend may ask for.
	maxRetryAfter = 24 * time.Hour
	// clockOff is how far the two clocks may differ before the backend's times
	// are corrected.
	clockOff = 2 * time.Minute
)

// defaultBase is where Codex asks when its configuration names no chatgpt_base_url.
const defaultBase = "https://chatgpt.com/backend-api/"

// Client is a client of the backend. It is safe for concurrent use.
type Client struct {
	// HTTP returns the client whose transport is used (authority.NewHTTPClient),
	// or why there is none.
	HTTP func() (*http.Client, error)
	// Base returns the configured chatgpt_base_url, "" for Codex's default.
	Base func() string
	// UserAgent names the program, in Codex's form.
	UserAgent string
	// Now is the wall clock.
	Now func() time.Time
}

var _ usage.Backend = (*Client)(nil)

// Usage implements usage.Backend.
func (c *Client) Usage(ctx context.Context, who usage.Asker) (usage.Answer, error) {
	r, err := c.ask(ctx, who, usagePath)
	if err != nil {
		return usage.Answer{}, err
	}
	answer, ok := usage.Parse(r.body, c.Now(), r.ahead)
	if !ok {
		return usage.Answer{}, &usage.Failure{Problem: usage.ProblemNotUsage, Status: r.status}
	}
	return answer, nil
}

// ResetCredits implements usage.Backend.
func (c *Client) ResetCredits(ctx context.Context, who usage.Asker) (usage.ResetCredits, error) {
	r, err := c.ask(ctx, who, resetCreditsPath)
	if err != nil {
		return usage.ResetCredits{}, err
	}
	credits, ok := usage.ParseResetCredits(r.body, c.Now())
	if !ok {
		return usage.ResetCredits{}, &usage.Failure{Problem: usage.ProblemNotUsage, Status: r.status}
	}
	return credits, nil
}

// UsageBody returns the raw answer about usage, for callers that read it as
// Codex does.
func (c *Client) UsageBody(ctx context.Context, who usage.Asker) ([]byte, error) {
	r, err := c.ask(ctx, who, usagePath)
	return r.body, err
}

// ResetCreditsBody returns the raw answer about the reset credits.
func (c *Client) ResetCreditsBody(ctx context.Context, who usage.Asker) ([]byte, error) {
	r, err := c.ask(ctx, who, resetCreditsPath)
	return r.body, err
}

// The two paths, below a part that depends on the address.
const (
	usagePath        = "/usage"
	resetCreditsPath = "/rate-limit-reset-credits"
)

// address returns the URL that Codex 0.171.0 uses.
func address(base, path string) string {
	if base == "" {
		base = defaultBase
	}
	base = strings.TrimRight(base, "/")
	const mark = "/backend-api"
	ours := strings.HasPrefix(base, "https://chatgpt.com") || strings.HasPrefix(base, "https://chat.openai.com")
	if ours && !strings.Contains(base, mark) {
		base += mark
	}
	if strings.Contains(base, mark) {
		return base + "/wham" + path
	}
	return base + "/api/codex" + path
}

// response is a complete answer with status 200 to 299.
type response struct {
	status int
	body   []byte
	ahead  time.Duration // of the backend's clock
}

// ask sends one request. Its error is a *usage.Failure.
func (c *Client) ask(ctx context.Context, who usage.Asker, path string) (response, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	client, err := c.HTTP()
	if err != nil {
		return response{}, &usage.Failure{Problem: usage.ProblemNetwork}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address(c.Base(), path), nil)
	if err != nil {
		return response{}, &usage.Failure{Problem: usage.ProblemNetwork}
	}
	req.Header.Set("Accept", "*/*")
	req.Header.Set("User-Agent", c.UserAgent)
	who.Header(req.Header.Set)
	resp, err := client.Transport.RoundTrip(req) // redirects are not followed
	if err != nil {
		return response{}, &usage.Failure{Problem: brokenBy(err, usage.ProblemNotReached)}
	}
	defer resp.Body.Close()
	return c.read(resp)
}

// read reads an answer, if it is a successful one.
func (c *Client) read(resp *http.Response) (response, error) {
	now := c.Now()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return response{}, &usage.Failure{
			Problem: problemOf(resp.StatusCode), Status: resp.StatusCode,
			RetryAfter: retryafter.Of(resp.Header, now, maxRetryAfter),
		}
	}
	body, err := content(resp)
	switch {
	case err != nil:
		return response{}, &usage.Failure{Problem: brokenBy(err, usage.ProblemBrokenOff), Status: resp.StatusCode}
	case len(body) > maxBody:
		return response{}, &usage.Failure{Problem: usage.ProblemTooLarge, Status: resp.StatusCode}
	}
	r := response{status: resp.StatusCode, body: body}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil && date.Sub(now).Abs() > clockOff {
		r.ahead = date.Sub(now)
	}
	return r, nil
}

// content reads an answer's body, up to one byte more than maxBody. It may be
// compressed although the request does not ask for it (RFC 9110, section 12.5.3).
func content(resp *http.Response) ([]byte, error) {
	body := io.Reader(resp.Body)
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		z.Multistream(false)
		body = z
	}
	return io.ReadAll(io.LimitReader(body, maxBody+1))
}

// problemOf classifies a status that is not a success.
func problemOf(status int) usage.Problem {
	switch {
	case status == http.StatusUnauthorized:
		return usage.ProblemUnauthorized
	case status == http.StatusForbidden:
		return usage.ProblemForbidden
	case status == http.StatusTooManyRequests:
		return usage.ProblemRateLimited
	case status == 432: // "Workspace routing is unavailable"
		return usage.ProblemRouting
	case status >= 500:
		return usage.ProblemServer
	case status >= 300 && status <= 399:
		return usage.ProblemRedirect
	}
	return usage.ProblemStatus
}

// brokenBy says why an exchange failed; other is for all other errors.
func brokenBy(err error, other usage.Problem) usage.Problem {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return usage.ProblemTooSlow
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return usage.ProblemBrokenOff
	}
	return other
}
