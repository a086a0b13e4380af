package replay

import (
	"encoding/json"
	"reflect"
	"testing"

	"rekey/test/kit/must"
)

// TestRecordStep: what was observed takes the place of what was expected, and
// everything else stays as and where it is.
func TestRecordStep(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step string
		seen observed
		want string
	}{
		"result": {`{"params":null,"expect_result":{"b":1},"call":"x","expect_authority_requests_so_far":1}`,
			observed{results: []callResult{{value: map[string]any{"a": "<"}}}, requests: 3},
			`{"params":null,"expect_result":{"a":"<"},"call":"x","expect_authority_requests_so_far":3}`},
		"error in its place": {`{"call":"x","expect_result":{"b":1}}`, observed{results: []callResult{{failure: "no"}}}, `{"call":"x","expect_error":{"message":"no"}}`},
		"concurrent": {`{"concurrent":[{"call":"x","expect_result":1},{"call":"y","expect_error":{}}],"expect_authority_requests_so_far":0}`,
			observed{results: []callResult{{value: json.Number("2")}, {value: true}}, requests: 1},
			`{"concurrent":[{"call":"x","expect_result":2},{"call":"y","expect_result":true}],"expect_authority_requests_so_far":1}`},
		"an action": {`{"action":"count","expect_authority_requests_so_far":0}`, observed{requests: 2}, `{"action":"count","expect_authority_requests_so_far":2}`},
	}
	for name, test := range tests {
		members, err := orderedMembers(json.RawMessage(test.step))
		must.Do(t, err)
		if got := string(encodeMembers(recordStep(members, test.seen))); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	m := member{"after", json.RawMessage(`{"kind":"file","mode":"0600","home_entries":[]}`)}
	if err := m.record(map[string]any{"mode": "0644", "kind": "absent"}); err != nil || string(m.value) != `{"kind":"absent","mode":"0644","home_entries":[]}` {
		t.Errorf("got %s, %v", m.value, err)
	}
	m = member{"authority_requests", nil}
	if err := m.recordRequests([]request{{"POST", `{"a":1}`}}); err != nil || !reflect.DeepEqual(string(m.value), `[{"method":"POST","body":"{\"a\":1}"}]`) {
		t.Errorf("got %s, %v", m.value, err)
	}
}
