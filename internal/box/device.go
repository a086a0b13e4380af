package box

import (
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrUnknownCode means that no device waits with that user code.
var ErrUnknownCode = errors.New("no device waits with this code")

// devicePage is where the user enters the code that the device shows.
const devicePage = "/codex/device"

// device is one device that waits to be signed in.
type device struct {
	id       string
	userCode string
	denied   bool
	approved *Account
}

// devices are all that wait.
type devices struct {
	mu      sync.Mutex         // guards waiting and what it points to
	waiting map[string]*device // by user code
}

// add starts a device flow.
func (d *devices) add() device {
	text := rand.Text()
	dev := &device{id: "box-device-" + rand.Text(), userCode: text[:4] + "-" + text[4:8]}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting[dev.userCode] = dev
	return *dev
}

// decide lets change settle the device with the user code.
func (d *devices) decide(userCode string, change func(*device)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	dev, ok := d.waiting[strings.ToUpper(strings.TrimSpace(userCode))]
	if !ok {
		return ErrUnknownCode
	}
	change(dev)
	return nil
}

// poll returns the state of a device; one that is decided is forgotten.
func (d *devices) poll(id, userCode string) (dev device, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, ok := d.waiting[userCode]
	if !ok || found.id != id {
		return device{}, false
	}
	if found.denied || found.approved != nil {
		delete(d.waiting, userCode)
	}
	return *found, true
}

// DeviceCodes returns the user codes that wait for a decision, in no order.
func (s *Server) DeviceCodes() []string {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	var open []string
	for code, dev := range s.devices.waiting {
		if !dev.denied && dev.approved == nil {
			open = append(open, code)
		}
	}
	return open
}

// ApproveDevice lets the device with this user code sign in. The error is
// ErrUnknownCode when there is none.
func (s *Server) ApproveDevice(userCode string) error {
	account := s.approver()
	return s.devices.decide(userCode, func(d *device) { d.approved = &account })
}

// DenyDevice ends the device's sign-in. The error is as for ApproveDevice.
func (s *Server) DenyDevice(userCode string) error {
	return s.devices.decide(userCode, func(d *device) { d.denied = true })
}

// deviceCode starts a device flow. Codex wants interval as a string.
func (s *Server) deviceCode(c *call) {
	var p struct {
		ClientID string `json:"client_id"`
	}
	if !c.decode(&p) {
		return
	}
	c.arrived(Request{ClientID: p.ClientID})
	if p.ClientID != s.cfg.ClientID {
		c.refuse(http.StatusBadRequest, "invalid_client")
		return
	}
	dev := s.devices.add()
	c.grant(map[string]string{
		"device_auth_id": dev.id,
		"user_code":      dev.userCode,
		"interval":       strconv.Itoa(int(s.cfg.DeviceInterval / time.Second)),
	})
}

// deviceToken answers a poll: 403 means wait, and an approved device is given
// an authorization code together with the verifier for its exchange.
func (s *Server) deviceToken(c *call) {
	var p struct {
		ID       string `json:"device_auth_id"`
		UserCode string `json:"user_code"`
	}
	if !c.decode(&p) {
		return
	}
	dev, ok := s.devices.poll(p.ID, p.UserCode)
	switch {
	case !ok:
		c.refuse(http.StatusBadRequest, "invalid_grant")
	case dev.denied:
		c.refuse(http.StatusBadRequest, "access_denied")
	case dev.approved != nil:
		verifier := rand.Text() + rand.Text()
		challenge := challengeOf(verifier)
		c.grant(map[string]string{
			"code_challenge": challenge,
			"code_verifier":  verifier,
			"authorization_code": s.codes.add(authCode{
				account: *dev.approved, clientID: s.cfg.ClientID, challenge: challenge,
				redirectURI: s.issuer + "/deviceauth/callback",
			}),
		})
	default:
		c.refuse(http.StatusForbidden, "authorization_pending")
	}
}

const deviceForm = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in a device</title>` + boxStyle + `</head>
<body><main><h1>Sign in a device</h1><p>%s</p>
<form><p><label>Code <input name="user_code" autocomplete="off" autofocus></label></p><button id="approve">Approve</button></form>
<p class="note">This is an authorization server in a box, for tests and demonstrations. No account is needed.</p>
</main></body></html>
`

// devicePage is the page for the user; entering a code approves it.
func (s *Server) devicePage(c *call) {
	text := "Enter the code that the program shows."
	if code := c.r.URL.Query().Get("user_code"); code != "" {
		text = "Approved. You can close this page."
		if err := s.ApproveDevice(code); err != nil {
			text = fmt.Sprintf("%s is not a code that waits here.", code)
		}
	}
	c.page(fmt.Sprintf(deviceForm, html.EscapeString(text)))
}
