package authority

import "net/http"

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
