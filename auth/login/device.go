package login

import (
	"context"
	"errors"
	"net/http"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
)

const (
	// DefaultDeviceLimit is how long a code can be entered, as in Codex.
	DefaultDeviceLimit = 15 * time.Minute
	// minInterval is the minimum pause between polls, whatever the server says.
	minInterval = time.Second
	// slowDown is added to the pause whenever the server asks for it (RFC
	// 8628, section 3.5).
	slowDown = 5 * time.Second
	// maxPause bounds the pause that grows while the server does not answer.
	maxPause = time.Minute
	// maxFaults is how many server errors in a row end the flow.
	maxFaults = 5
)

// DeviceCode is what the user needs for a device sign-in.
type DeviceCode struct {
	// UserCode is what to enter.
	UserCode string
	// Page is where to enter it, on any device. It does not contain the code,
	// because Codex's page does not read it from the address.
	Page string
	// ExpiresAt is when the code expires.
	ExpiresAt time.Time
}

// Device is the sign-in with a code that is entered in a browser elsewhere
// (RFC 8628, as Codex's server speaks it). It has no state: every Run is a
// separate flow.
//
// It is more patient than Codex 0.169, which gives up at the first unknown
// answer: it asks again, with growing pauses, when the server is busy (429),
// failing (5xx) or unreachable.
type Device struct {
	// Authority is the authorization server to sign in with.
	Authority *authority.Client
	// Show gets the code, once. It must not block.
	Show func(DeviceCode)
	// Workspaces are the only ones that may sign in
	// (forced_chatgpt_workspace_id), empty for any.
	Workspaces []string
	// Confirm, if not nil, decides between the exchange and Save whether to
	// keep this sign-in; its error ends the flow, and nothing is kept. It may
	// take its time.
	Confirm func(ctx context.Context, s *auth.Snapshot) error
	// Save, if not nil, gets the credentials; its error ends the flow.
	Save func(ctx context.Context, s *auth.Snapshot) error
}

// Run runs one flow. Its error is auth.ErrNoDeviceCode,
// ErrCancelled, ErrTimeout (the context's own deadline), ErrExpired,
// *DeniedError, *WorkspaceError, *authority.ExchangeError or that of Confirm or
// Save, each wrapped or not.
func (d Device) Run(ctx context.Context) (*auth.Snapshot, error) {
	device, err := d.Authority.StartDevice(ctx)
	if err != nil {
		return nil, whole(ctx, err)
	}
	end := time.Now().Add(DefaultDeviceLimit).Round(0) // by the wall clock: time asleep counts
	d.Show(DeviceCode{UserCode: device.UserCode, Page: device.Page, ExpiresAt: end})
	grant, err := d.poll(ctx, device, end)
	if err != nil {
		return nil, err
	}
	return redemption{
		authority: d.Authority, workspaces: d.Workspaces, confirm: d.Confirm, save: d.Save,
	}.run(ctx, grant)
}

// poll asks until the code is entered, refused or expired.
func (d Device) poll(ctx context.Context, device authority.DeviceGrant, end time.Time) (authority.CodeGrant, error) {
	p := pace{interval: max(device.Interval, minInterval)}
	wait := p.interval
	for {
		if err := pause(ctx, min(wait, time.Until(end))); err != nil {
			return authority.CodeGrant{}, err
		}
		if !time.Now().Round(0).Before(end) {
			return authority.CodeGrant{}, ErrExpired
		}
		grant, err := d.Authority.PollDevice(ctx, device)
		switch {
		case err == nil:
			return grant, nil
		case ctx.Err() != nil:
			return authority.CodeGrant{}, ended(ctx)
		}
		if wait, err = p.after(err); err != nil {
			return authority.CodeGrant{}, err
		}
	}
}

// pause waits, or returns how the context ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx)
	}
}

// pace decides how often to poll the server.
type pace struct {
	interval time.Duration
	lost     int // polls in a row without a proper answer
	faults   int // those of them that got a server error
}

// after returns how long to wait after a poll without a code, or why to stop.
func (p *pace) after(err error) (time.Duration, error) {
	var (
		pending *authority.DevicePendingError
		failure *authority.ExchangeError
	)
	switch {
	case errors.As(err, &pending):
		p.lost, p.faults = 0, 0
		if pending.SlowDown {
			p.interval += slowDown
		}
		return max(p.interval, pending.RetryAfter), nil
	case !errors.As(err, &failure):
		return 0, err
	case failure.Status == 0:
		return p.backOff(), nil
	case failure.Status >= http.StatusInternalServerError:
		if p.faults++; p.faults < maxFaults {
			return p.backOff(), nil
		}
	case failure.Code == "access_denied":
		return 0, &DeniedError{Code: failure.Code}
	case failure.Code == "expired_token":
		return 0, ErrExpired
	}
	return 0, failure
}

// backOff doubles the pause with every poll without a proper answer (RFC 8628,
// section 3.5).
func (p *pace) backOff() time.Duration {
	wait := p.interval
	for range p.lost {
		wait = min(wait*2, maxPause)
	}
	p.lost++
	return max(wait, p.interval)
}
