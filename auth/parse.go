package auth

import (
	"encoding/json"
	"slices"
)

// ParseSnapshot reads the content of a credential store exactly as strictly as
// Codex 0.171 does. The error is one clause that says what is wrong and quotes
// none of the content.
func ParseSnapshot(data []byte) (*Snapshot, error) {
	obj, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	known, unknown, err := obj.split("auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh",
		"agent_identity", "personal_access_token", "bedrock_api_key")
	if err != nil {
		return nil, err
	}
	s := &Snapshot{unknown: unknown}
	steps := []struct {
		name string
		read func(json.RawMessage) error
	}{
		{"auth_mode", s.readMode},
		{"OPENAI_API_KEY", into(&s.apiKey, parseSecret)},
		{"tokens", into(&s.tokens, parseTokens)},
		{"last_refresh", s.readLastRefresh},
		{"agent_identity", s.readAgentIdentity},
		{"personal_access_token", into(&s.personalToken, parseSecret)},
		{"bedrock_api_key", into(&s.bedrock, parseBedrock)},
	}
	for _, step := range steps {
		if raw := known[step.name]; !isNull(raw) {
			if err := step.read(raw); err != nil {
				return nil, inField(step.name, err)
			}
		}
	}
	return s, nil
}

// into adapts a parser to a field that is nil when the member is absent.
func into[T any](field **T, parse func(json.RawMessage) (T, error)) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		v, err := parse(raw)
		if err == nil {
			*field = &v
		}
		return err
	}
}

func parseSecret(raw json.RawMessage) (Secret, error) {
	text, err := parseString(raw)
	return NewSecret(text), err
}

func (s *Snapshot) readMode(raw json.RawMessage) error {
	text, err := parseString(raw)
	if err != nil {
		return err
	}
	switch mode := Kind(text); mode {
	case KindAPIKey, KindChatGPT, KindExternalTokens, KindPersonalToken, KindAgentIdentity,
		KindBedrockKey, KindBedrockAccess, KindHeaders:
		s.mode = &mode
		return nil
	}
	return errFieldKind
}

func (s *Snapshot) readLastRefresh(raw json.RawMessage) error {
	text, err := parseString(raw)
	if err != nil {
		return err
	}
	t, err := parseTimestamp(text)
	if err != nil {
		return err
	}
	s.lastRefresh = &t
	return nil
}

func (s *Snapshot) readAgentIdentity(raw json.RawMessage) error {
	switch raw[0] {
	case '"':
	case '{':
		if err := checkIdentity(raw); err != nil {
			return err
		}
	default:
		return errFieldNeither
	}
	s.agentIdentity = raw
	return nil
}

// checkIdentity refuses an agent's identity that Codex 0.171 does: one that lacks a
// member, or has one of another type.
func checkIdentity(raw json.RawMessage) error {
	obj, err := parseObject(raw)
	if err != nil {
		return errFieldObject
	}
	required := []string{"agent_runtime_id", "agent_private_key", "account_id", "chatgpt_user_id", "plan_type"}
	optional := []string{"email", "task_id"}
	const fedRAMP = "chatgpt_account_is_fedramp"
	known, _, err := obj.split(slices.Concat(required, optional, []string{fedRAMP})...)
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(required, optional) {
		if isNull(known[name]) && slices.Contains(optional, name) {
			continue
		}
		if _, err := parseString(known[name]); err != nil {
			return inField(name, err)
		}
	}
	if flag := string(known[fedRAMP]); flag != "true" && flag != "false" {
		return errFieldClaim
	}
	return nil
}

// parseTokens reads the member tokens. The three tokens must be present
// strings; everything else may be missing or null.
func parseTokens(raw json.RawMessage) (tokens, error) {
	obj, err := parseObject(raw)
	if err != nil {
		return tokens{}, errFieldObject
	}
	known, unknown, err := obj.split("id_token", "access_token", "refresh_token",
		"account_id", "oauth_provenance", "login_owner_id")
	if err != nil {
		return tokens{}, err
	}
	t := tokens{unknown: unknown}
	var access Secret
	for name, field := range map[string]*Secret{"id_token": &t.id, "access_token": &access, "refresh_token": &t.refresh} {
		if *field, err = parseSecret(known[name]); err != nil {
			return tokens{}, inField(name, err)
		}
	}
	t.access = newDated(access)
	if t.claims, err = parseClaims(t.id.Reveal()); err != nil {
		return tokens{}, inField("id_token", err)
	}
	for name, read := range map[string]func(json.RawMessage) error{
		"account_id":       into(&t.accountID, parseString),
		"oauth_provenance": into(&t.provenance, parseProvenance),
		"login_owner_id":   into(&t.ownerID, parseString),
	} {
		if member := known[name]; !isNull(member) {
			if err := read(member); err != nil {
				return tokens{}, inField(name, err)
			}
		}
	}
	return t, nil
}

func parseProvenance(raw json.RawMessage) (provenance, error) {
	var p provenance
	a, b, unknown, err := parsePair(raw, "issuer", "client_id")
	p.Issuer, p.ClientID, p.unknown = a, b, unknown
	return p, err
}

func parseBedrock(raw json.RawMessage) (bedrockKey, error) {
	key, region, unknown, err := parsePair(raw, "api_key", "region")
	return bedrockKey{NewSecret(key), region, unknown}, err
}

// parsePair reads an object with two members that must be strings.
func parsePair(raw json.RawMessage, first, second string) (a, b string, unknown object, err error) {
	obj, err := parseObject(raw)
	if err != nil {
		return "", "", nil, errFieldObject
	}
	known, unknown, err := obj.split(first, second)
	if err != nil {
		return "", "", nil, err
	}
	if a, err = parseString(known[first]); err != nil {
		return "", "", nil, inField(first, err)
	}
	if b, err = parseString(known[second]); err != nil {
		return "", "", nil, inField(second, err)
	}
	return a, b, unknown, nil
}
