package authority

import "net/http"

// formClient is what the oauth2 library sends forms with; it follows no redirects.
func (c *Client) formClient() *http.Client {
	return &http.Client{
		Transport:     formTransport{c.transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// formTransport sends forms as Codex does and shows the answer as JSON.
type formTransport struct{ next http.RoundTripper }

// formError marks a failure below the library, which wraps it in texts of its own.
type formError struct{ err error }

func (e *formError) Error() string { return e.err.Error() }
func (e *formError) Unwrap() error { return e.err }

// RoundTrip implements http.RoundTripper.
func (t formTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.GetBody = nil                // a code is single use, too
	req.Header.Set("User-Agent", "") // Codex names no program here; net/http leaves out an empty one
	req.Header.Set("Accept", "*/*")
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, &formError{err}
	}
	// Codex reads JSON whatever the answer calls itself; the library would
	// take text/plain for a form.
	resp.Header.Set("Content-Type", "application/json")
	return resp, nil
}
