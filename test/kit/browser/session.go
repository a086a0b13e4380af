package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// callLimit bounds one command, the start of Chromium for one.
const callLimit = time.Minute

// session is the address of a WebDriver session.
type session string

// newSession asks the driver for a browser.
func newSession(driver string, options map[string]any) (session, error) {
	var made struct {
		ID string `json:"sessionId"`
	}
	want := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"goog:chromeOptions": options}}}
	if err := session(driver).call("POST", "/session", want, &made); err != nil {
		return "", err
	}
	return session(driver + "/session/" + made.ID), nil
}

// call sends one command. The answer's value goes to result, unless that is nil.
func (s session) call(method, path string, params, result any) error {
	body := []byte("{}")
	switch {
	case method != http.MethodPost:
		body = nil
	case params != nil:
		var err error
		if body, err = json.Marshal(params); err != nil {
			return err
		}
	}
	req, err := http.NewRequest(method, string(s)+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	client := http.Client{Timeout: callLimit, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	if result == nil {
		return nil
	}
	value := struct {
		Value any `json:"value"`
	}{result}
	return json.Unmarshal(answer, &value)
}

// Open shows a page in a running browser: what a program does that is called
// with an address while the browser runs already. It may be called by another
// process than the test's.
func Open(sessionAddress, url string) error {
	return session(sessionAddress).call("POST", "/url", map[string]string{"url": url}, nil)
}
