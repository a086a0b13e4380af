package authority

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
)

var (
	// ErrPlainHTTP means that nothing was sent because the address is neither
	// HTTPS nor on this machine.
	ErrPlainHTTP = errors.New("its address is not HTTPS")

	errAddress = errors.New("its address is not a URL")
)

// proxyError says that the proxy would not connect.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return fmt.Sprintf("the proxy answered %d", e.status) }

// netError puts a sentence of ours in place of an error's text and keeps the
// error itself for errors.Is.
type netError struct {
	text string
	err  error
}

func (e *netError) Error() string { return e.text }
func (e *netError) Unwrap() error { return e.err }

// cause replaces the texts of net/http, some of which quote what the server
// sent, by sentences about what happened.
func cause(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var (
		certificate *tls.CertificateVerificationError
		lookup      *net.DNSError
		timeout     net.Error
		operation   *net.OpError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return &netError{"the request was cancelled", err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &netError{"it did not answer in time", err}
	case errors.As(err, &lookup):
		return &netError{"its name was not found", err}
	case errors.As(err, &certificate):
		return &netError{"its certificate is not trusted", err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &netError{"it closed the connection before it had answered", err}
	case errors.As(err, &operation) && operation.Op == "dial":
		return &netError{"no connection could be made", err}
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return &netError{"the proxy was not reached", err}
	case errors.As(err, &operation):
		return &netError{"the connection broke", err}
	case isOurs(err):
		return err
	}
	return &netError{"the exchange failed", err}
}

// isOurs reports whether the text of err is this program's own.
func isOurs(err error) bool {
	var proxy *proxyError
	return errors.Is(err, ErrPlainHTTP) || errors.Is(err, errAddress) || errors.As(err, &proxy)
}
