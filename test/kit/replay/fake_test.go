package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the command under test: run with
// REPLAY_FAKE it is a small app-server with the named behaviour.
func TestMain(m *testing.M) {
	if behaviour, ok := os.LookupEnv("REPLAY_FAKE"); ok {
		fake{behaviour}.serve()
		return
	}
	os.Exit(m.Run())
}

// options run the fake.
func options(behaviour string) Options {
	return Options{Command: []string{os.Args[0]}, Env: []string{"REPLAY_FAKE=" + behaviour}}
}

// fake is an app-server that knows getAuthStatus and refreshes when asked. Its
// behaviour is "good" or the name of one fault.
type fake struct{ behaviour string }

type fakeRequest struct {
	ID     *int   `json:"id"`
	Method string `json:"method"`
	Params struct {
		RefreshToken bool `json:"refreshToken"`
	} `json:"params"`
}

func (f fake) serve() {
	if f.behaviour == "stubborn" {
		signal.Ignore(syscall.SIGTERM)
	}
	if f.behaviour == "asks at start" {
		f.refresh()
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var r fakeRequest
		if json.Unmarshal(lines.Bytes(), &r) != nil || r.ID == nil {
			continue
		}
		if f.behaviour == "dies" && r.Method != "initialize" {
			return
		}
		fmt.Print("not JSON\n", `{"method":"a/notification"}`, "\n")
		fmt.Printf("%s\n", compact(map[string]any{"id": *r.ID, f.member(r): f.answer(r)}))
	}
	if f.behaviour == "stubborn" {
		time.Sleep(time.Hour) // the harness kills it
	}
}

func (f fake) member(r fakeRequest) string {
	if r.Method == "unknown" || f.behaviour == "fails" && r.Method == "getAuthStatus" {
		return "error"
	}
	return "result"
}

func (f fake) answer(r fakeRequest) any {
	if r.Method != "getAuthStatus" {
		return map[string]any{"code": -32600}
	}
	if r.Params.RefreshToken {
		f.refresh()
	}
	status := map[string]any{
		"authMethod": "chatgpt", "authToken": f.read().Token, "requiresOpenaiAuth": true, "pid": nil,
	}
	if f.behaviour == "stubborn" {
		status["pid"] = os.Getpid()
	}
	if f.behaviour == "no nulls" {
		delete(status, "pid")
	}
	return status
}

// fakeAuth is all the fake knows of an auth.json.
type fakeAuth struct {
	Token     string `json:"token"`
	Refreshed string `json:"refreshed,omitempty"`
	Extra     any    `json:"extra"`
}

func (f fake) path() string { return os.Getenv("CODEX_HOME") + "/auth.json" }

func (f fake) read() (a fakeAuth) {
	text, err := os.ReadFile(f.path())
	if err != nil || json.Unmarshal(text, &a) != nil {
		return fakeAuth{Token: "unreadable"}
	}
	return a
}

// refresh asks the authority and writes what it is given.
func (f fake) refresh() {
	a := f.read()
	sent := a.Token
	if f.behaviour == "sends another token" {
		sent = "another"
	}
	for range f.times() {
		body := compact(map[string]string{"client_id": "fake", "grant_type": "refresh_token", "refresh_token": sent})
		resp, err := http.Post(os.Getenv("CODEX_REFRESH_TOKEN_URL_OVERRIDE"), "application/json", bytes.NewBufferString(body))
		if err != nil {
			return
		}
		defer resp.Body.Close()
		if json.NewDecoder(resp.Body).Decode(&a) != nil || resp.StatusCode != http.StatusOK {
			return
		}
	}
	a.Refreshed = time.Now().UTC().Format(time.RFC3339Nano)
	if f.behaviour == "does not save" {
		return
	}
	if err := os.WriteFile(f.path(), []byte(compact(a)), 0o600); err == nil && f.behaviour == "opens the file" {
		_ = os.Chmod(f.path(), 0o644)
	}
}

func (f fake) times() int {
	if f.behaviour == "asks twice" {
		return 2
	}
	return 1
}
