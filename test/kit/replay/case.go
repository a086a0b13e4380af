package replay

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// Case is one recording.
type Case struct {
	// Name is unique in its file.
	Name string

	given    given
	steps    []step
	after    map[string]json.RawMessage
	requests []request
}

// given is the world a case starts in. Raw members may hold templates.
type given struct {
	AuthJSON   json.RawMessage            `json:"auth_json"`
	Mode       string                     `json:"mode"`
	ConfigTOML json.RawMessage            `json:"config_toml"`
	Files      map[string]json.RawMessage `json:"files"`
	Env        map[string]json.RawMessage `json:"env"`
	Authority  json.RawMessage            `json:"authority"`
	Backend    json.RawMessage            `json:"backend"`
	AsNobody   bool                       `json:"as_nobody"`
}

// step is one call, one group of concurrent calls, one change to the home, or
// one run of a command line (which this package cannot do).
type step struct {
	Call         string          `json:"call"`
	Params       json.RawMessage `json:"params"`
	Optional     bool            `json:"optional"`
	Concurrent   []step          `json:"concurrent"`
	Action       string          `json:"action"`
	ID           string          `json:"id"`
	AuthJSON     json.RawMessage `json:"auth_json"`
	Mode         string          `json:"mode"`
	Seconds      float64         `json:"seconds"`
	File         string          `json:"file"`
	UntilRequest bool            `json:"until_request"`
	Run          []string        `json:"run"`

	// An absent expectation has no length; null is one too.
	ExpectResult   json.RawMessage `json:"expect_result"`
	ExpectError    json.RawMessage `json:"expect_error"`
	ExpectRequests *int            `json:"expect_authority_requests_so_far"`
}

// request is a refresh that the authority sees.
type request struct {
	Method string `json:"method"`
	Body   string `json:"body"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Case) UnmarshalJSON(data []byte) error {
	var file struct {
		Name     string                     `json:"name"`
		Given    given                      `json:"given"`
		Steps    []step                     `json:"steps"`
		After    map[string]json.RawMessage `json:"after"`
		Requests []request                  `json:"authority_requests"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return err
	}
	*c = Case{file.Name, file.Given, file.Steps, file.After, file.Requests}
	return nil
}

// Load reads a file of recordings: a JSON array of cases.
func Load(path string) ([]Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load recordings: %w", err)
	}
	var cases []Case
	if err := json.Unmarshal(text, &cases); err != nil {
		return nil, fmt.Errorf("load recordings of %s: %w", path, err)
	}
	return cases, nil
}

// Runnable reports whether Run can play the case with a command that knows
// only these methods; nil stands for all. A case that runs a command line is
// never runnable. Steps that the recording calls optional do not count: Run
// leaves those out whose method is missing.
func (c Case) Runnable(methods []string) bool {
	for _, s := range c.steps {
		if len(s.Run) > 0 {
			return false
		}
		for _, call := range s.calls() {
			if !knows(methods, call.Call) && !call.Optional {
				return false
			}
		}
	}
	return true
}

// calls are the calls of a step: several when they are concurrent, none for a
// change to the home.
func (s step) calls() []step {
	switch {
	case len(s.Concurrent) > 0:
		return s.Concurrent
	case s.Call != "":
		return []step{s}
	}
	return nil
}

func knows(methods []string, method string) bool {
	return methods == nil || method == "initialize" || slices.Contains(methods, method)
}
