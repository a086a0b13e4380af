package auth

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// wantAfter compares what is left in the store: byte for byte, save for fields
// that Codex does not know. It loses them; Rekey must not.
func (r *replay) wantAfter() {
	r.t.Helper()
	left, raw := r.store.bytes(), ""
	if r.c.After.Raw != nil {
		raw = decode[string](r.t, r.rec.resolve(r.c.After.Raw))
	}
	if r.store.written() == 0 {
		if strings.Contains(raw, "{{recent}}") {
			r.t.Errorf("nothing was written, want %s", raw)
		}
		if string(left) != string(r.outside) || (left == nil) != (r.c.After.Kind == "absent") {
			r.t.Errorf("the store holds %s\nwant it as others left it: %s", left, r.outside)
		}
		return
	}
	got := mustParse(r.t, left)
	at, _ := got.LastRefresh()
	if at.Before(noon) || at.After(r.clock.Now()) {
		r.t.Errorf("last_refresh = %v, want the time of the renewal", at)
	}
	raw = strings.ReplaceAll(raw, "{{recent}}", formatTimestamp(at))
	if want, err := ParseSnapshot([]byte(raw)); err != nil || !got.Equal(want) {
		r.t.Errorf("the store holds %s\nwant %s", left, raw)
	}
	if unknown := unknownFields(r.t, left); len(unknown) > 0 {
		if before := unknownFields(r.t, r.outside); !slices.Equal(unknown, before) {
			r.t.Errorf("unknown fields = %q, want those there were: %q", unknown, before)
		}
		return
	}
	if string(left) != raw {
		r.t.Errorf("the store holds\n%s\nwant, byte for byte,\n%s", left, raw)
	}
}

// unknownFields are the names and compact values of the members that the model does not know.
func unknownFields(t *testing.T, content []byte) []string {
	t.Helper()
	s := mustParse(t, content)
	all := slices.Clone(s.unknown)
	if s.tokens != nil {
		all = append(all, s.tokens.unknown...)
		if s.tokens.provenance != nil {
			all = append(all, s.tokens.provenance.unknown...)
		}
	}
	if s.bedrock != nil {
		all = append(all, s.bedrock.unknown...)
	}
	var names []string
	for _, m := range all {
		value, err := json.Marshal(m.raw) // compact
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, m.name+"="+string(value))
	}
	return names
}
