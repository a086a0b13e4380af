package authority

import (
	"bytes"
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rekey/auth"
)

// The endpoints of Codex 0.169's device sign-in, below the issuer. The protocol
// is older than RFC 8628 and differs slightly.
const (
	userCodePath       = "/api/accounts/deviceauth/usercode"
	deviceTokenPath    = "/api/accounts/deviceauth/token"
	devicePagePath     = "/codex/device"
	deviceCallbackPath = "/deviceauth/callback"
)

const (
	// defaultInterval is used where the server names none (RFC 8628, section 3.2).
	defaultInterval = 5 * time.Second
	// maxUserCode bounds the code that the user has to type, in bytes.
	maxUserCode = 64
)

// DeviceGrant is a sign-in that waits for the user to enter a code on a page.
type DeviceGrant struct {
	// ID identifies the sign-in to the server. Anyone who knows it can get the
	// tokens.
	ID auth.Secret
	// UserCode is what the user enters, printable and short.
	UserCode string
	// Page is where the user enters it. Codex's page does not accept the code
	// in the address.
	Page string
	// Interval is the minimum pause between two polls, never negative.
	Interval time.Duration
}

// DevicePendingError means that the user has not entered the code yet: poll
// again.
type DevicePendingError struct {
	// SlowDown: the server wants a longer interval from now on (RFC 8628,
	// section 3.5).
	SlowDown bool
	// RetryAfter is how long the server wants the next poll to wait; 0 means
	// the interval.
	RetryAfter time.Duration
}

// Error implements error.
func (e *DevicePendingError) Error() string { return "the code has not been entered yet" }

// StartDevice starts a sign-in with a device code (RFC 8628, section 3.1). Its
// error is auth.ErrNoDeviceCode or an *ExchangeError.
func (c *Client) StartDevice(ctx context.Context) (DeviceGrant, error) {
	a, err := c.postDevice(ctx, userCodePath, struct {
		ClientID string `json:"client_id"`
	}{c.cfg.ClientID})
	switch {
	case err != nil:
		return DeviceGrant{}, err
	case a.status == http.StatusNotFound:
		return DeviceGrant{}, auth.ErrNoDeviceCode
	case !success(a.status):
		return DeviceGrant{}, a.failure()
	}
	return c.parseDevice(a)
}

// parseDevice reads the answer with the code. Like Codex it skips a byte order mark, and accepts two names
// for the code and the interval only as a string, which may have a plus sign.
func (c *Client) parseDevice(a answer) (DeviceGrant, error) {
	unusable := &ExchangeError{Status: a.status, Err: errUnusable}
	top, ok := parseOnce(bytes.TrimPrefix(a.body, byteOrderMark), "device_auth_id", "user_code", "usercode", "interval")
	if !ok {
		return DeviceGrant{}, unusable
	}
	id, okID := parseText(top["device_auth_id"])
	named, other := top["user_code"], top["usercode"]
	if named == nil {
		named, other = other, nil
	}
	code, okCode := parseText(named)
	if other != nil || !okID || id == "" || !okCode || !canBeTyped(code) {
		return DeviceGrant{}, unusable
	}
	interval := defaultInterval
	if raw, given := top["interval"]; given {
		text, ok := parseText(raw)
		seconds, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "+"), 10, 64)
		if !ok || err != nil {
			return DeviceGrant{}, unusable
		}
		interval = time.Duration(min(seconds, uint64(math.MaxInt64/time.Second))) * time.Second
	}
	return DeviceGrant{
		ID: auth.NewSecret(id), UserCode: code, Page: c.cfg.Issuer + devicePagePath, Interval: interval,
	}, nil
}

// canBeTyped reports whether a code can be shown to the user and typed.
func canBeTyped(code string) bool {
	return code != "" && len(code) <= maxUserCode &&
		!strings.ContainsFunc(code, func(r rune) bool { return !unicode.IsPrint(r) })
}

// PollDevice asks once whether the user has entered the code (RFC 8628, section
// 3.4) and returns what Exchange redeems. Its error is a *DevicePendingError or
// an *ExchangeError. An *ExchangeError without a status means that there was no
// answer, so polling may go on.
func (c *Client) PollDevice(ctx context.Context, d DeviceGrant) (CodeGrant, error) {
	a, err := c.postDevice(ctx, deviceTokenPath, struct {
		ID       string `json:"device_auth_id"`
		UserCode string `json:"user_code"`
	}{d.ID.Reveal(), d.UserCode})
	switch {
	case err != nil:
		return CodeGrant{}, err
	case success(a.status):
		return c.parseGrant(a)
	}
	failure := a.failure()
	if a.pending(failure.Code) {
		return CodeGrant{}, &DevicePendingError{
			SlowDown:   failure.Code == "slow_down" || a.status == http.StatusTooManyRequests,
			RetryAfter: a.retryAfter,
		}
	}
	return CodeGrant{}, failure
}

// pending reports whether an answer means "not yet": for Codex every 403 and
// 404 does, whatever the body. A busy server is not a refusal either. The codes
// are those of RFC 8628, section 3.5, which Codex's server does not use.
func (a answer) pending(code string) bool {
	switch a.status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
		return true
	}
	return code == "authorization_pending" || code == "slow_down"
}

// parseGrant reads the answer for a user who has entered the code: an
// authorization code and, unusually, the verifier that goes with it.
func (c *Client) parseGrant(a answer) (CodeGrant, error) {
	top, ok := parseOnce(a.body, "authorization_code", "code_challenge", "code_verifier")
	code, okCode := parseText(top["authorization_code"])
	verifier, okVerifier := parseText(top["code_verifier"])
	_, okChallenge := parseText(top["code_challenge"]) // which nothing needs, but Codex does
	if !ok || !okCode || !okVerifier || !okChallenge || code == "" || verifier == "" {
		return CodeGrant{}, &ExchangeError{Status: a.status, Err: errUnusable}
	}
	return CodeGrant{
		Code: auth.NewSecret(code), Verifier: auth.NewSecret(verifier),
		RedirectURI: c.cfg.Issuer + deviceCallbackPath,
	}, nil
}

// postDevice sends one request of the device sign-in.
func (c *Client) postDevice(ctx context.Context, path string, body any) (answer, error) {
	return c.ask(ctx, path, "application/json", encodeJSON(body))
}
