package login

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/box"
	"rekey/test/kit/must"
)

// TestDeviceSignIn is the flow as it should be, against the server in a box.
func TestDeviceSignIn(t *testing.T) {
	t.Parallel()
	server := boxed(t, box.Config{APIKey: "sk-fake"})
	var codes []DeviceCode
	saved := make(chan *auth.Snapshot, 1)
	got, err := Device{
		Authority: clientOf(server.Issuer()),
		Show: func(c DeviceCode) {
			codes = append(codes, c)
			if err := server.ApproveDevice(c.UserCode); err != nil {
				t.Error(err)
			}
		},
		Save: func(_ context.Context, s *auth.Snapshot) error { saved <- s; return nil },
	}.Run(t.Context())
	must.Do(t, err)
	if len(codes) != 1 || codes[0].Page != server.Issuer()+"/codex/device" || time.Until(codes[0].ExpiresAt) < 14*time.Minute {
		t.Errorf("shown: %+v", codes)
	}
	if s := <-saved; s != got {
		t.Error("Save was given another sign-in than Run returns")
	}
	if !server.Works(got.RefreshToken().Reveal()) {
		t.Error("the refresh token does not work")
	}
	if want := (auth.Provenance{Issuer: server.Issuer(), ClientID: box.CodexClientID}); *got.Provenance() != want {
		t.Errorf("provenance %+v, want %+v", *got.Provenance(), want)
	}
	if got.HasAPIKey() {
		t.Error("there is an API key, which Codex does not ask for here")
	}
}

// TestDeviceAsks: how often, and when not at all any more.
func TestDeviceAsks(t *testing.T) {
	slow, busy := answer(400, `{"error":"slow_down"}`), answer(429, "busy")
	blip := reply{err: &net.OpError{Op: "dial", Err: errors.New("no network")}}
	broken := answer(502, "<html>bad gateway</html>")
	for name, tt := range map[string]struct {
		interval string
		polls    []reply
		pauses   []int
	}{
		"at once":             {"5", nil, []int{5}},
		"with a plus sign":    {" +7 ", []reply{pendingReply}, []int{7, 7}},
		"at the interval":     {"7", []reply{pendingReply, pendingReply}, []int{7, 7, 7}},
		"none given":          {"", nil, []int{5}},
		"nought":              {"0", []reply{pendingReply}, []int{1, 1}},
		"404 is pending too":  {"5", []reply{answer(404, "")}, []int{5, 5}},
		"whatever 403 says":   {"5", []reply{answer(403, `{"error":"access_denied"}`), answer(403, "x")}, []int{5, 5, 5}},
		"pending by the RFC":  {"5", []reply{answer(400, `{"error":"authorization_pending"}`)}, []int{5, 5}},
		"slow down":           {"5", []reply{pendingReply, slow, pendingReply, slow}, []int{5, 5, 10, 10, 15}},
		"slow down with 403":  {"5", []reply{answer(403, `{"error":{"code":"slow_down"}}`)}, []int{5, 10}},
		"busy":                {"5", []reply{busy, pendingReply}, []int{5, 10, 10}},
		"Retry-After":         {"5", []reply{answer(429, "", "Retry-After", "42"), pendingReply}, []int{5, 42, 10}},
		"Retry-After, short":  {"5", []reply{answer(429, "", "Retry-After", "1")}, []int{5, 10}},
		"no network":          {"5", []reply{blip, blip, blip, blip, blip, blip, pendingReply}, []int{5, 5, 10, 20, 40, 60, 60, 5}},
		"broken for a moment": {"5", []reply{broken, broken, pendingReply, broken, broken, broken, broken}, []int{5, 5, 10, 5, 5, 10, 20, 40}},
		"slow and no network": {"90", []reply{blip, blip}, []int{90, 90, 90}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scriptOf(tt.polls...)
				s.code.body = `{"device_auth_id":"dev-1","user_code":"ABCD-1234","interval":"` + tt.interval + `"}`
				if tt.interval == "" {
					s.code.body = `{"device_auth_id":"dev-1","usercode":"ABCD-1234"}`
				}
				must.Get(runDevice(t, s, Device{}))(t)
				if got := s.pauses(); !slices.Equal(got, tt.pauses) {
					t.Errorf("pauses %v, want %v", got, tt.pauses)
				}
			})
		})
	}
}

// TestDeviceEnds: how a flow can end without a sign-in.
func TestDeviceEnds(t *testing.T) {
	broken := answer(500, "")
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	fails := func(status int) func(error) bool {
		return func(err error) bool {
			var failed *authority.ExchangeError
			return errors.As(err, &failed) && failed.Status == status
		}
	}
	isDenied := func(err error) bool {
		var denied *DeniedError
		return errors.As(err, &denied)
	}
	for name, tt := range map[string]struct {
		polls []reply
		after time.Duration
		is    func(error) bool
	}{
		"never entered":         {[]reply{pendingReply}, 15 * time.Minute, is(ErrExpired)},
		"no network to the end": {[]reply{{err: errors.New("no network")}}, 15 * time.Minute, is(ErrExpired)},
		"Retry-After an hour":   {[]reply{answer(429, "", "Retry-After", "3600")}, 15 * time.Minute, is(ErrExpired)},
		"expired":               {[]reply{answer(400, `{"error":{"code":"expired_token"}}`)}, 5 * time.Second, is(ErrExpired)},
		"denied":                {[]reply{answer(400, `{"error":"access_denied"}`)}, 5 * time.Second, isDenied},
		"denied, 401":           {[]reply{answer(401, `{"error":{"code":"access_denied"}}`)}, 5 * time.Second, isDenied},
		"refused":               {[]reply{answer(400, `{"error":"invalid_grant"}`)}, 5 * time.Second, fails(400)},
		"unauthorized":          {[]reply{answer(401, "")}, 5 * time.Second, fails(401)},
		"broken for good":       {[]reply{broken}, (5 + 5 + 10 + 20 + 40) * time.Second, fails(500)},
		"no code in the answer": {[]reply{answer(200, `{"code_verifier":"cv"}`)}, 5 * time.Second, fails(200)},
		"code twice":            {[]reply{answer(200, strings.Replace(grantBody, "{", `{"authorization_code":"c",`, 1))}, 5 * time.Second, fails(200)},
		"no challenge":          {[]reply{answer(200, `{"authorization_code":"c","code_verifier":"cv"}`)}, 5 * time.Second, fails(200)},
		"no JSON":               {[]reply{answer(200, "secret-0123456789")}, 5 * time.Second, fails(200)},
		"too large":             {[]reply{answer(200, strings.Repeat(" ", 1<<20)+grantBody)}, 5 * time.Second, fails(200)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scriptOf()
				s.polls = tt.polls
				start := time.Now()
				got, err := runDevice(t, s, Device{Save: never(t)})
				if !tt.is(err) || strings.Contains(err.Error(), "0123456789") {
					t.Errorf("error %v (%T)", err, err)
				}
				if took := time.Since(start); took != tt.after {
					t.Errorf("after %v, want %v", took, tt.after)
				}
				if got != nil {
					t.Error("a sign-in beside the error")
				}
			})
		})
	}
}

// TestDeviceCodeAnswers: what the server may answer to the request for a code.
func TestDeviceCodeAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		answer reply
		none   bool
	}{
		"not offered":       {answer(404, ""), true},
		"broken":            {answer(500, "secret-0123456789"), false},
		"garbage":           {answer(200, "secret-0123456789"), false},
		"interval number":   {answer(200, `{"device_auth_id":"d","user_code":"c","interval":1}`), false},
		"two plus signs":    {answer(200, `{"device_auth_id":"d","user_code":"c","interval":"++1"}`), false},
		"interval words":    {answer(200, `{"device_auth_id":"d","user_code":"c","interval":"soon"}`), false},
		"no id":             {answer(200, `{"user_code":"c","interval":"1"}`), false},
		"no code":           {answer(200, `{"device_auth_id":"d","interval":"1"}`), false},
		"two codes":         {answer(200, `{"device_auth_id":"d","user_code":"c","usercode":"e","interval":"1"}`), false},
		"id twice":          {answer(200, `{"device_auth_id":"d","device_auth_id":"d","user_code":"c","interval":"1"}`), false},
		"a page for a code": {answer(200, `{"device_auth_id":"d","user_code":"`+strings.Repeat("x", 65)+`","interval":"1"}`), false},
		"terminal controls": {answer(200, `{"device_auth_id":"d","user_code":"\u001b[2J","interval":"1"}`), false},
		"no network":        {reply{err: errors.New("secret-0123456789")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := scriptOf()
			s.code = tt.answer
			_, err := runDevice(t, s, Device{Save: never(t), Show: func(DeviceCode) { t.Error("shown") }})
			if _, ok := errors.AsType[*authority.ExchangeError](err); errors.Is(err, auth.ErrNoDeviceCode) != tt.none || ok == tt.none {
				t.Errorf("error %v (%T)", err, err)
			}
			if strings.Contains(err.Error(), "0123456789") {
				t.Errorf("the error shows what the server sent: %v", err)
			}
			if n := len(s.sent()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// TestDeviceCancelled: wherever the flow is.
func TestDeviceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := scriptOf()
		s.polls = []reply{pendingReply}
		d := Device{Authority: s.client(), Save: never(t), Show: func(DeviceCode) { time.AfterFunc(12*time.Second, cancel) }}
		start := time.Now()
		if _, err := d.Run(ctx); !errors.Is(err, ErrCancelled) || time.Since(start) != 12*time.Second {
			t.Errorf("between polls: %v after %v", err, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := scriptOf(reply{err: context.Canceled})
		s.polling = func(int) { cancel() }
		d := Device{Authority: s.client(), Save: never(t), Show: func(DeviceCode) {}}
		if _, err := d.Run(ctx); !errors.Is(err, ErrCancelled) {
			t.Errorf("in a poll: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s := scriptOf()
		s.polls = []reply{pendingReply}
		d := Device{Authority: s.client(), Save: never(t), Show: func(DeviceCode) {}}
		if _, err := d.Run(ctx); !errors.Is(err, ErrTimeout) {
			t.Errorf("the caller's deadline: %v", err)
		}
	})
}

// TestDeviceConfirm: an account that is not wanted is not kept, and the server
// is told to forget it.
func TestDeviceConfirm(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]Device{
		"declined":        {Confirm: func(context.Context, *auth.Snapshot) error { return errDeclined }},
		"wrong workspace": {Workspaces: []string{"acct-other"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := boxed(t, box.Config{})
			d.Authority, d.Save = clientOf(server.Issuer()), never(t)
			d.Show = func(c DeviceCode) { _ = server.ApproveDevice(c.UserCode) }
			var wrong *WorkspaceError
			if _, err := d.Run(t.Context()); !errors.Is(err, errDeclined) && !errors.As(err, &wrong) {
				t.Errorf("error %v", err)
			}
			requests := server.Requests()
			if last := requests[len(requests)-1]; last.Endpoint != "/oauth/revoke" || last.Outcome != box.OutcomeOK {
				t.Errorf("last request %s: %s, want the revocation", last.Endpoint, last.Outcome)
			}
		})
	}
}
