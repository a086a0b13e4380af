package auth

import (
	"bytes"
	"encoding/json"
)

// Encode writes the snapshot as Codex writes it: pretty JSON with two spaces,
// Codex's order of fields, no final newline. Fields that Rekey does not know
// follow the known ones of their object, in their old order; Codex itself would
// drop them.
func (s *Snapshot) Encode() []byte {
	w := &writer{}
	w.open()
	if s.mode != nil {
		w.text("auth_mode", string(*s.mode))
	}
	w.secretOrNull("OPENAI_API_KEY", s.apiKey)
	if s.tokens != nil {
		w.tokens(s.tokens)
	}
	if s.lastRefresh != nil {
		w.text("last_refresh", formatTimestamp(*s.lastRefresh))
	}
	if s.agentIdentity != nil {
		w.raw("agent_identity", s.agentIdentity)
	}
	if s.personalToken != nil {
		w.text("personal_access_token", s.personalToken.Reveal())
	}
	if b := s.bedrock; b != nil {
		w.name("bedrock_api_key")
		w.open()
		w.text("api_key", b.apiKey.Reveal())
		w.text("region", b.region)
		w.close(b.unknown)
	}
	if s.accessKeys != nil {
		w.raw("bedrock_access_keys", s.accessKeys)
	}
	w.close(s.unknown)
	return w.buf.Bytes()
}

func (w *writer) tokens(t *tokens) {
	w.name("tokens")
	w.open()
	w.text("id_token", t.id.Reveal())
	w.text("access_token", t.access.Reveal())
	w.text("refresh_token", t.refresh.Reveal())
	if p := t.provenance; p != nil {
		w.name("oauth_provenance")
		w.open()
		w.text("issuer", p.Issuer)
		w.text("client_id", p.ClientID)
		w.close(p.unknown)
	}
	if t.ownerID != nil {
		w.text("login_owner_id", *t.ownerID)
	}
	if t.accountID != nil {
		w.text("account_id", *t.accountID)
	} else {
		w.raw("account_id", json.RawMessage("null"))
	}
	w.close(t.unknown)
}

// writer builds pretty JSON. encoding/json escapes more than Codex does, so
// equal contents would not be equal bytes.
type writer struct {
	buf   bytes.Buffer
	depth int
	comma bool
}

func (w *writer) open() {
	w.buf.WriteByte('{')
	w.depth++
	w.comma = false
}

// close ends an object after adding the members that Rekey does not know.
func (w *writer) close(unknown object) {
	for _, m := range unknown {
		w.raw(m.name, m.raw)
	}
	w.depth--
	if w.comma {
		w.newline()
	}
	w.buf.WriteByte('}')
	w.comma = true
}

func (w *writer) newline() {
	w.buf.WriteByte('\n')
	for range w.depth {
		w.buf.WriteString("  ")
	}
}

func (w *writer) name(name string) {
	if w.comma {
		w.buf.WriteByte(',')
	}
	w.newline()
	w.string(name)
	w.buf.WriteString(": ")
	w.comma = true
}

func (w *writer) text(name, value string) {
	w.name(name)
	w.string(value)
}

func (w *writer) secretOrNull(name string, s *Secret) {
	if s == nil {
		w.raw(name, json.RawMessage("null"))
		return
	}
	w.text(name, s.Reveal())
}

func (w *writer) raw(name string, value json.RawMessage) {
	w.name(name)
	indent := bytes.Repeat([]byte("  "), w.depth)
	// The value was parsed before, so indenting it cannot fail.
	_ = json.Indent(&w.buf, value, string(indent), "  ")
}

// quoted returns text as Codex writes it.
func quoted(text string) json.RawMessage {
	w := &writer{}
	w.string(text)
	return w.buf.Bytes()
}

// string escapes what JSON requires (RFC 8259, section 7) and no more.
func (w *writer) string(s string) {
	const hex = "0123456789abcdef"
	w.buf.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\\':
			w.buf.WriteByte('\\')
			w.buf.WriteByte(c)
		case '\b':
			w.buf.WriteString(`\b`)
		case '\f':
			w.buf.WriteString(`\f`)
		case '\n':
			w.buf.WriteString(`\n`)
		case '\r':
			w.buf.WriteString(`\r`)
		case '\t':
			w.buf.WriteString(`\t`)
		default:
			if c < 0x20 {
				w.buf.WriteString(`\u00`)
				w.buf.WriteByte(hex[c>>4])
				w.buf.WriteByte(hex[c&15])
				continue
			}
			w.buf.WriteByte(c)
		}
	}
	w.buf.WriteByte('"')
}

// Canonical returns every known field in one fixed form: two snapshots have the
// same bytes exactly when they are Equal. It contains the tokens, so it is only
// for hashing.
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
	return known.Encode()
}
