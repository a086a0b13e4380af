package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Record plays one recording, as it stands in its file, and returns it with what
// the command does now in place of what was expected, and version as the Codex
// that it is of. What the recording gives is kept byte for byte.
func Record(ctx context.Context, recording json.RawMessage, version string, o Options) (json.RawMessage, error) {
	var c Case
	if err := json.Unmarshal(recording, &c); err != nil {
		return nil, err
	}
	o.Quiet, o.QuietStart = orDefault(o.Quiet), orDefault(o.QuietStart)
	seen, err := observe(ctx, c, o)
	if err != nil {
		return nil, fmt.Errorf("the case could not be played: %w", err)
	}
	return recorded(recording, version, seen)
}

// recorded returns the recording with what was seen.
func recorded(recording json.RawMessage, version string, seen observation) (json.RawMessage, error) {
	all, err := orderedMembers(recording)
	if err != nil {
		return nil, err
	}
	for i := range all {
		m := &all[i]
		switch m.name {
		case "codex_version":
			m.value = quote(version)
		case "steps":
			err = errors.Join(err, m.recordSteps(seen.steps))
		case "after":
			err = errors.Join(err, m.record(seen.after))
		case "authority_requests":
			m.value = quote(append([]request{}, seen.requests...))
		}
	}
	return encodeMembers(all), err
}

// recordSteps replaces what is expected of each step.
func (m *member) recordSteps(seen []observed) error {
	var steps []json.RawMessage
	if err := json.Unmarshal(m.value, &steps); err != nil || len(steps) != len(seen) {
		return errors.Join(err, fmt.Errorf("%d steps were played", len(seen)))
	}
	for i, raw := range steps {
		if seen[i].skipped {
			continue
		}
		members, err := orderedMembers(raw)
		if err != nil {
			return err
		}
		steps[i] = encodeMembers(recordStep(members, seen[i]))
	}
	m.value = quote(steps)
	return nil
}

// recordStep replaces what is expected of one step's calls and its count.
func recordStep(members []member, seen observed) []member {
	var kept []member
	for _, m := range members {
		switch m.name {
		case "expect_result", "expect_error":
			if len(seen.results) == 1 {
				m = seen.results[0].member()
			}
		case "expect_authority_requests_so_far":
			m.value = quote(seen.requests)
		case "concurrent":
			var calls []json.RawMessage
			_ = json.Unmarshal(m.value, &calls)
			for i, call := range calls {
				if of, err := orderedMembers(call); err == nil && i < len(seen.results) {
					calls[i] = encodeMembers(recordStep(of, observed{results: seen.results[i : i+1]}))
				}
			}
			m.value = quote(calls)
		}
		kept = append(kept, m)
	}
	return kept
}

// member is the result as a step expects it.
func (r callResult) member() member {
	if r.failed() {
		return member{"expect_error", quote(map[string]string{"message": r.failure})}
	}
	return member{"expect_result", quote(r.value)}
}

// record replaces the values of those members that are observed.
func (m *member) record(seen map[string]any) error {
	members, err := orderedMembers(m.value)
	for i := range members {
		if value, ok := seen[members[i].name]; ok {
			members[i].value = quote(value)
		}
	}
	m.value = encodeMembers(members)
	return err
}

// member is one member of an object, in its place.
type member struct {
	name  string
	value json.RawMessage
}

// orderedMembers reads an object without losing the order of its members.
func orderedMembers(raw json.RawMessage) (list []member, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		list = append(list, member{fmt.Sprint(name), value})
	}
	return list, nil
}

func encodeMembers(list []member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(m.name))
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quote encodes what JSON can hold, without escapes for HTML.
func quote(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // values that came out of JSON
	return bytes.TrimRight(b.Bytes(), "\n")
}
