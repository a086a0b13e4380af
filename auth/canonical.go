package auth

import (
	"bytes"
	"encoding/json"
)

// Canonical returns every known field in one fixed form, so that two snapshots
// have the same bytes exactly when they are Equal. It holds the tokens: hash it
// and let nobody else see it.
func (s *Snapshot) Canonical() []byte {
	if s == nil {
		return nil
	}
	known := *s
	known.unknown = nil
	if s.tokens != nil {
		t := *s.tokens
		t.unknown = nil
		if t.provenance != nil {
			t.provenance = &provenance{Provenance: t.provenance.Provenance}
		}
		known.tokens = &t
	}
	if s.bedrock != nil {
		known.bedrock = &bedrockKey{apiKey: s.bedrock.apiKey, region: s.bedrock.region}
	}
	if s.agentIdentity != nil {
		var compact bytes.Buffer
		if json.Compact(&compact, s.agentIdentity) == nil {
			known.agentIdentity = json.RawMessage(compact.Bytes())
		}
	}
	return known.Encode()
}
