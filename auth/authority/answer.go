package authority

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
)

const (
	// maxBody bounds a response body, in bytes.
	maxBody = 1 << 20
	// maxRetryAfter bounds what a server may ask for.
	maxRetryAfter = time.Hour
)

var errTooLarge = fault.New("answer_too_large", "the answer is larger than 1 MiB")

// readAnswer reads a response and classifies it. A truncated response counts as
// lost: its first half proves nothing, and the refresh token may be spent.
// Where the status alone decides, the body may exceed the limit.
func readAnswer(resp *http.Response, now time.Time) (auth.TokenResponse, *auth.RefreshError) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return auth.TokenResponse{}, &auth.RefreshError{AnswerLost: true, Err: cause(err)}
	}
	if len(body) > maxBody {
		if success(resp.StatusCode) {
			return auth.TokenResponse{}, &auth.RefreshError{AnswerLost: true, Err: errTooLarge}
		}
		body = nil
	}
	tokens, failure := classify(resp.StatusCode, body)
	if failure == nil {
		return tokens, nil
	}
	failure.Page = !failure.Permanent && webPage(resp)
	if !failure.Permanent {
		failure.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	}
	// Without a length and without chunks the body ends with the connection, so
	// a success that does not parse may be truncated.
	if success(resp.StatusCode) && resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 {
		failure.AnswerLost = true
	}
	return auth.TokenResponse{}, failure
}

// webPage reports whether something other than the server has answered: a
// network that requires a login sends its own page or redirects to it.
func webPage(resp *http.Response) bool {
	if resp.StatusCode >= 300 && resp.StatusCode <= 399 {
		return true
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && (kind == "text/html" || kind == "application/xhtml+xml") && resp.StatusCode < 500
}

func success(status int) bool { return status >= 200 && status <= 299 }

// retryAfter reads the header of that name: seconds or a date (RFC 9110,
// section 10.2.3). It returns 0 when there is nothing to wait for.
func retryAfter(value string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		if seconds > uint64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		wait = date.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
