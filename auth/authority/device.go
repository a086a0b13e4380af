package authority

import (
	"context"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/retryafter"
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

// ErrNoDeviceCode means that this server offers no sign-in with a device code.
var ErrNoDeviceCode = fault.New("no_device_code", "the authorization server offers no sign-in with a code; use the browser instead")

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
// error is ErrNoDeviceCode or an *ExchangeError.
func (c *Client) StartDevice(ctx context.Context) (DeviceGrant, error) {
	answer, err := c.postDevice(ctx, userCodePath, struct {
		ClientID string `json:"client_id"`
	}{c.cfg.ClientID})
	switch {
	case err != nil:
		return DeviceGrant{}, err
	case answer.status == http.StatusNotFound:
		return DeviceGrant{}, ErrNoDeviceCode
	case !success(answer.status):
		return DeviceGrant{}, answer.failure()
	}
	return c.parseDevice(answer)
}

// parseDevice reads the answer with the code. Like Codex it accepts two names
// for the code and the interval only as a string.
func (c *Client) parseDevice(answer deviceAnswer) (DeviceGrant, error) {
	unusable := &ExchangeError{Status: answer.status, Err: errUnusable}
	top, ok := parseObject(answer.body)
	if !ok {
		return DeviceGrant{}, unusable
	}
	id, okID := parseText(top["device_auth_id"])
	code, okCode := parseText(top["user_code"])
	if !okCode {
		code, okCode = parseText(top["usercode"])
	}
	if !okID || id == "" || !okCode || !canBeTyped(code) {
		return DeviceGrant{}, unusable
	}
	interval := defaultInterval
	if raw, given := top["interval"]; given {
		text, ok := parseText(raw)
		seconds, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
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
	answer, err := c.postDevice(ctx, deviceTokenPath, struct {
		ID       string `json:"device_auth_id"`
		UserCode string `json:"user_code"`
	}{d.ID.Reveal(), d.UserCode})
	switch {
	case err != nil:
		return CodeGrant{}, err
	case success(answer.status):
		return c.parseGrant(answer)
	}
	failure := answer.failure()
	if answer.pending(failure.Code) {
		return CodeGrant{}, &DevicePendingError{
			SlowDown:   failure.Code == "slow_down" || answer.status == http.StatusTooManyRequests,
			RetryAfter: answer.retryAfter,
		}
	}
	return CodeGrant{}, failure
}

// pending reports whether an answer means "not yet": for Codex every 403 and
// 404 does, whatever the body. A busy server is not a refusal either. The codes
// are those of RFC 8628, section 3.5, which Codex's server does not use.
func (a deviceAnswer) pending(code string) bool {
	switch a.status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
		return true
	}
	return code == "authorization_pending" || code == "slow_down"
}

// parseGrant reads the answer for a user who has entered the code: an
// authorization code and, unusually, the verifier that goes with it.
func (c *Client) parseGrant(answer deviceAnswer) (CodeGrant, error) {
	top, ok := parseObject(answer.body)
	code, okCode := parseText(top["authorization_code"])
	verifier, okVerifier := parseText(top["code_verifier"])
	if !ok || !okCode || !okVerifier || code == "" || verifier == "" {
		return CodeGrant{}, &ExchangeError{Status: answer.status, Err: errUnusable}
	}
	return CodeGrant{
		Code: auth.NewSecret(code), Verifier: auth.NewSecret(verifier),
		RedirectURI: c.cfg.Issuer + deviceCallbackPath,
	}, nil
}

// deviceAnswer is the complete answer to one of the two requests.
type deviceAnswer struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

// failure describes an unsuccessful answer.
func (a deviceAnswer) failure() *ExchangeError {
	return &ExchangeError{Status: a.status, Code: safeCode(asciiLower(errorCode(a.body)))}
}

// postDevice sends one request as Codex does, without a User-Agent. Its error
// is an *ExchangeError without a status.
func (c *Client) postDevice(ctx context.Context, path string, body any) (deviceAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.ExchangeLimit)
	defer cancel()
	post, err := c.newPost(ctx, c.cfg.Issuer+path, newOnceBody(encodeJSON(body), nil))
	if err != nil {
		return deviceAnswer{}, &ExchangeError{Err: err}
	}
	post.Header.Del("Originator")
	post.Header.Set("User-Agent", "")
	resp, err := c.transport.RoundTrip(post)
	if err != nil {
		return deviceAnswer{}, &ExchangeError{Err: cause(err)}
	}
	defer resp.Body.Close()
	answer := deviceAnswer{status: resp.StatusCode, retryAfter: retryafter.Of(resp.Header, time.Now(), maxRetryAfter)}
	answer.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return deviceAnswer{}, &ExchangeError{Err: cause(err)}
	case len(answer.body) > maxBody:
		return deviceAnswer{}, &ExchangeError{Status: resp.StatusCode, Err: errTooLarge}
	}
	return answer, nil
}
