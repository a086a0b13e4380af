package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// compare lists what was observed otherwise than recorded. Null members count
// as absent and error texts are not compared.
func compare(c Case, seen observation, ignoreStartup bool) []string {
	if len(seen.steps) != len(c.steps) {
		return []string{fmt.Sprintf("%d steps were played, the recording has %d", len(seen.steps), len(c.steps))}
	}
	var bad []string
	startup := 0 // requests at start that do not count
	for i, want := range c.steps {
		got, tag := seen.steps[i], fmt.Sprintf("step %d %s", i, want.title())
		if got.skipped || want.silent() {
			continue
		}
		bad = append(bad, compareResults(tag, want, got)...)
		if want.ExpectRequests == nil {
			continue
		}
		if want.Call == "initialize" && ignoreStartup {
			startup = got.requests - *want.ExpectRequests
		}
		if expected := *want.ExpectRequests + startup; got.requests != expected {
			bad = append(bad, fmt.Sprintf("%s: %d refresh requests so far, expected %d", tag, got.requests, expected))
		}
	}
	bad = append(bad, compareAfter(c.after, seen.after)...)
	return append(bad, compareRequests(c.requests, seen.requests)...)
}

// title names a step in messages.
func (s step) title() string {
	if s.Action != "" {
		return s.Action
	}
	var calls []string
	for _, call := range s.calls() {
		calls = append(calls, strings.TrimSpace(call.Call+" "+oneLine(call.Params)))
	}
	return strings.Join(calls, ", ")
}

// silent reports whether nothing can be observed of a step.
func (s step) silent() bool {
	return s.Action != "" && s.Action != "await_call" && s.Action != "count"
}

// compareResults compares the answers of one step's calls.
func compareResults(tag string, want step, got observed) []string {
	var bad []string
	for i, call := range want.calls() {
		if i >= len(got.results) {
			break // initialize, whose answer is not compared
		}
		result := got.results[i]
		switch {
		case len(call.ExpectError) > 0:
			if !result.failed() {
				bad = append(bad, fmt.Sprintf("%s: expected an error, got %s", tag, compact(result.value)))
			}
		case len(call.ExpectResult) == 0:
		case result.failed():
			bad = append(bad, fmt.Sprintf("%s: got error %s, expected %s", tag, result.failure, oneLine(call.ExpectResult)))
		case !sameJSON(call.ExpectResult, result.value):
			bad = append(bad, fmt.Sprintf("%s:\n  got      %s\n  expected %s", tag, compact(result.value), oneLine(call.ExpectResult)))
		}
	}
	return bad
}

// compareAfter compares auth.json at the end.
func compareAfter(want map[string]json.RawMessage, got map[string]any) []string {
	var bad []string
	for _, name := range []string{"kind", "mode", "unchanged", "auth_json"} {
		if raw, ok := want[name]; ok && !sameJSON(raw, got[name]) {
			bad = append(bad, fmt.Sprintf("after.%s:\n  got      %s\n  expected %s", name, compact(got[name]), oneLine(raw)))
		}
	}
	return bad
}

// compareRequests compares the refreshes that both have. That there are more
// or fewer shows in the counts.
func compareRequests(want []request, got []request) []string {
	var bad []string
	for i := range min(len(want), len(got)) {
		tag := fmt.Sprintf("authority request %d", i)
		if want[i].Method != got[i].Method {
			bad = append(bad, fmt.Sprintf("%s: %s, expected %s", tag, got[i].Method, want[i].Method))
		}
		wanted, ok := members(want[i].Body)
		had, ok2 := members(got[i].Body)
		if !ok || !ok2 {
			if want[i].Body != got[i].Body {
				bad = append(bad, fmt.Sprintf("%s: body %q, expected %q", tag, got[i].Body, want[i].Body))
			}
			continue
		}
		for _, name := range []string{"client_id", "grant_type", "refresh_token"} {
			if !same(wanted[name], had[name]) {
				bad = append(bad, fmt.Sprintf("%s: %s is %s, expected %s", tag, name, compact(had[name]), compact(wanted[name])))
			}
		}
	}
	return bad
}

// members decodes a JSON object.
func members(body string) (map[string]any, bool) {
	v, err := decodeValue([]byte(body))
	if err != nil {
		return nil, false
	}
	object, ok := v.(map[string]any)
	return object, ok
}

// sameJSON compares an expected value, as it stands in the recording, with an
// observed one.
func sameJSON(want json.RawMessage, got any) bool {
	v, err := decodeValue(want)
	return err == nil && same(v, got)
}

// same compares two decoded values; a member that is null is absent, and true
// is no number, as it would be in Python.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(withoutNulls(a), withoutNulls(b), same)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, same)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a, b)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false // not comparable with ==
	}
	return a == b
}

func withoutNulls(object map[string]any) map[string]any {
	out := maps.Clone(object)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// sameNumber takes 1 and 1.0 for the same.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a.String(), 64)
	y, errY := strconv.ParseFloat(b.String(), 64)
	return errX == nil && errY == nil && x == y
}

func oneLine(raw json.RawMessage) string {
	v, err := decodeValue(raw)
	if err != nil {
		return string(raw)
	}
	return compact(v)
}
