package authority

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"rekey/auth"
	"rekey/internal/fault"
	"rekey/internal/retryafter"
)

// maxBody bounds a response body, in bytes.
const maxBody = 1 << 20

var errTooLarge = fault.New("answer_too_large", "the answer is larger than 1 MiB")

// readAnswer reads a response and classifies it. A truncated response counts as
// lost: its first half proves nothing, and the refresh token may be spent.
// Where the status alone decides, the body may exceed the limit.
func readAnswer(resp *http.Response, now time.Time) (auth.TokenResponse, *auth.RefreshError) {
	body, err := readBody(resp.Body)
	if err != nil && (success(resp.StatusCode) || !errors.Is(err, errTooLarge)) {
		return auth.TokenResponse{}, &auth.RefreshError{AnswerLost: true, Err: err}
	}
	tokens, failure := classify(resp.StatusCode, body)
	if failure == nil {
		return tokens, nil
	}
	failure.Page = !failure.Permanent && webPage(resp)
	if !failure.Permanent {
		failure.RetryAfter = retryafter.Of(resp.Header, now, auth.MaxRetryAfter)
	}
	// Without a length and without chunks the body ends with the connection, so
	// a success that does not parse may be truncated.
	if success(resp.StatusCode) && resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 {
		failure.AnswerLost = true
	}
	return auth.TokenResponse{}, failure
}

// readBody reads a body to its end. Its error is errTooLarge or that of the
// connection. It undoes gzip, which Codex asks for and Rekey does not: a proxy
// that compresses all the same must not cost a token. Bytes that only look like
// gzip are left alone.
func readBody(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil {
		return nil, cause(err)
	}
	if packed, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
		if text, err := io.ReadAll(io.LimitReader(packed, maxBody+1)); err == nil {
			body = text
		}
	}
	if len(body) > maxBody {
		return nil, errTooLarge
	}
	return body, nil
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
