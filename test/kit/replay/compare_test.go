package replay

import (
	"testing"

	"rekey/test/kit/must"
)

func TestSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true},
		{`1`, `2`, false},
		{`1`, `"1"`, false},
		{`true`, `1`, false},
		{`null`, `null`, true},
		{`null`, `false`, false},
		{`"a"`, `"a"`, true},
		{`"a"`, `["a"]`, false},
		{`"a"`, `{}`, false},
		{`{"a":null}`, `{}`, true},
		{`{}`, `{"a":null}`, true},
		{`{"a":{"b":null,"c":1}}`, `{"a":{"c":1}}`, true},
		{`{"a":1}`, `{"a":null}`, false},
		{`{"a":1}`, `{"b":1}`, false},
		{`[{"a":null}]`, `[{}]`, true},
		{`[null]`, `[]`, false},
		{`[1,2]`, `[2,1]`, false},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, true},
	} {
		a, err := decodeValue([]byte(tt.a))
		must.Do(t, err)
		b, err := decodeValue([]byte(tt.b))
		must.Do(t, err)
		if got := same(a, b); got != tt.want {
			t.Errorf("%s and %s: got %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestCompareRequests(t *testing.T) {
	t.Parallel()
	const body = `{"client_id":"c","grant_type":"g","refresh_token":"r","refresh_reason":"forced"}`
	want := `{"steps":[],"authority_requests":[{"method":"POST","body":` + compact(body) + `}]}`
	for name, tt := range map[string]struct {
		seen []request
		want []string
	}{
		"equal":              {[]request{{"POST", body}}, nil},
		"another reason":     {[]request{{"POST", `{"refresh_token":"r","client_id":"c","grant_type":"g"}`}}, nil},
		"fewer":              {nil, nil},
		"more":               {[]request{{"POST", body}, {"POST", "x"}}, nil},
		"another method":     {[]request{{"GET", body}}, []string{"GET, expected POST"}},
		"another client":     {[]request{{"POST", `{"client_id":"d","grant_type":"g","refresh_token":"r"}`}}, []string{`client_id is "d", expected "c"`}},
		"no refresh token":   {[]request{{"POST", `{"client_id":"c","grant_type":"g"}`}}, []string{`refresh_token is null, expected "r"`}},
		"no JSON":            {[]request{{"POST", "a=b"}}, []string{`body "a=b"`}},
		"JSON but no object": {[]request{{"POST", "[]"}}, []string{`body "[]"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDifferences(t, compare(caseOf(t, want), observation{requests: tt.seen}, false), tt.want)
		})
	}
	form := caseOf(t, `{"steps":[],"authority_requests":[{"method":"POST","body":"a=b"}]}`)
	checkDifferences(t, compare(form, observation{requests: []request{{"POST", "a=b"}}}, false), nil)
}

func TestCompareWantsEveryStep(t *testing.T) {
	t.Parallel()
	c := caseOf(t, `{"steps":[`+initialized+`]}`)
	checkDifferences(t, compare(c, observation{}, false), []string{"0 steps were played, the recording has 1"})
}

func TestCompareAfter(t *testing.T) {
	t.Parallel()
	c := caseOf(t, `{"steps":[],"after":{"kind":"file","mode":"0600","unchanged":false,"auth_json":{"a":1,"b":null},"raw":"x"}}`)
	got := map[string]any{"kind": "file", "mode": "0600", "unchanged": false, "auth_json": map[string]any{"a": numberOf(t, "1")}}
	checkDifferences(t, compare(c, observation{after: got}, false), nil)
	for _, name := range []string{"kind", "mode", "unchanged", "auth_json"} {
		changed := map[string]any{"kind": "file", "mode": "0600", "unchanged": false, "auth_json": got["auth_json"]}
		delete(changed, name)
		checkDifferences(t, compare(c, observation{after: changed}, false), []string{"after." + name})
	}
}

func numberOf(t *testing.T, text string) any {
	t.Helper()
	v, err := decodeValue([]byte(text))
	must.Do(t, err)
	return v
}
