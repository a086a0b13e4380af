package authority

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"

	"rekey/internal/fault"
)

var (
	// ErrPlainHTTP means that nothing was sent because the address is neither
	// HTTPS nor on this machine.
	ErrPlainHTTP = fault.New("no_https", "its address is not HTTPS")

	errAddress = fault.New("no_url", "its address is not a URL")
)

// netError replaces an error's text with our own and keeps the error for
// errors.Is.
type netError struct {
	*fault.Fault
	err error
}

func (e *netError) Unwrap() error { return e.err }

// cause replaces the error texts of net/http, some of which quote what the
// server sent, with sentences of our own.
func cause(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
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
		return &netError{fault.New("request_cancelled", "the request was cancelled"), err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &netError{fault.New("no_answer_in_time", "it did not answer in time"), err}
	case errors.As(err, &lookup):
		return &netError{fault.New("name_not_found", "its name was not found"), err}
	case errors.As(err, &certificate):
		return &netError{fault.New("certificate", "its certificate is not trusted"), err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &netError{fault.New("closed_early", "it closed the connection before it had answered"), err}
	case errors.As(err, &operation) && operation.Op == "dial":
		return &netError{fault.New("no_connection", "no connection could be made"), err}
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return &netError{fault.New("no_proxy", "the proxy was not reached"), err}
	case errors.As(err, &operation):
		return &netError{fault.New("connection_broke", "the connection broke"), err}
	case errors.As(err, new(*fault.Fault)): // the text is this program's own
		return err
	}
	return &netError{fault.New("exchange_failed", "the exchange failed"), err}
}
