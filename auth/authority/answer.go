package authority

import (
	"io"
	"mime"
	"net/http"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/retryafter"
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
		failure.RetryAfter = retryafter.Of(resp.Header, now, maxRetryAfter)
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
