package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// ParseSnapshot reads the content of a credential store exactly as strictly as
// Codex 0.171 does. The error is one clause that says what is wrong and quotes
// none of the content.
func ParseSnapshot(data []byte) (*Snapshot, error) {
	names := [...]string{"auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh",
		"agent_identity", "personal_access_token", "bedrock_api_key", "bedrock_access_keys"}
	known, unknown, err := parseObject(data, 2, names[:]...)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{unknown: unknown}
	for _, name := range names {
		if raw := known.get(name); !isNull(raw) {
			if err := s.read(name, raw); err != nil {
				return nil, inField(name, err)
			}
		}
	}
	return s, nil
}

// read reads the member of that name.
func (s *Snapshot) read(name string, raw json.RawMessage) (err error) {
	switch name {
	case "auth_mode":
		s.mode, err = pointer(parseMode(raw))
	case "OPENAI_API_KEY":
		s.apiKey, err = pointer(parseSecret(raw))
	case "tokens":
		s.tokens, err = pointer(parseTokens(raw))
	case "last_refresh":
		s.lastRefresh, err = pointer(parseLastRefresh(raw))
	case "agent_identity":
		s.agentIdentity, err = parseAgentIdentity(raw)
	case "personal_access_token":
		s.personalToken, err = pointer(parseSecret(raw))
	case "bedrock_api_key":
		s.bedrock, err = pointer(parseBedrock(raw))
	case "bedrock_access_keys":
		s.accessKeys, err = bytes.Clone(raw), checkAccessKeys(raw)
	}
	return err
}

// pointer returns what a parser returned as a field that is nil when the member is
// absent.
func pointer[T any](value T, err error) (*T, error) { return &value, err }

func parseSecret(raw json.RawMessage) (Secret, error) {
	text, err := parseString(raw)
	return NewSecret(text), err
}

func parseMode(raw json.RawMessage) (Kind, error) {
	text, err := parseWord(raw)
	if err != nil {
		return "", err
	}
	switch mode := Kind(text); mode {
	case KindAPIKey, KindChatGPT, KindExternalTokens, KindPersonalToken, KindAgentIdentity,
		KindBedrockKey, KindBedrockAccess, KindHeaders:
		return mode, nil
	}
	return "", errFieldKind
}

// parseWord reads one of a fixed set of words. For Codex an object may stand for it
// whose only member has the word as its name, and null as its value.
func parseWord(raw json.RawMessage) (string, error) {
	if isNull(raw) || raw[0] != '{' {
		return parseString(raw)
	}
	_, only, err := split(raw, 0)
	if err != nil || len(only) != 1 || !isNull(only[0].raw) {
		return "", errFieldString
	}
	return only[0].name, nil
}

func parseLastRefresh(raw json.RawMessage) (time.Time, error) {
	text, err := parseString(raw)
	if err != nil {
		return time.Time{}, err
	}
	return parseTimestamp(text)
}

func parseAgentIdentity(raw json.RawMessage) (json.RawMessage, error) {
	switch raw[0] {
	case '"':
		token, err := parseString(raw)
		return quoted(token), err
	case '{', '[':
		return bytes.Clone(raw), checkIdentity(raw)
	}
	return nil, errFieldNeither
}

// checkIdentity refuses an agent's identity that Codex 0.171 does: one that lacks a
// member, or has one of another type.
func checkIdentity(raw json.RawMessage) error {
	const plan, fedRAMP = "plan_type", "chatgpt_account_is_fedramp"
	known, _, err := members(raw, 7, "agent_runtime_id", "agent_private_key", "account_id", "chatgpt_user_id", "email", plan, fedRAMP, "task_id")
	if err != nil {
		return err
	}
	required, optional := []string{"agent_runtime_id", "agent_private_key", "account_id", "chatgpt_user_id"}, []string{"email", "task_id"}
	if err := checkStrings(known, required, optional); err != nil {
		return err
	}
	if _, err := parseWord(known.get(plan)); err != nil {
		return inField(plan, err)
	}
	if flag := string(known.get(fedRAMP)); flag != "true" && flag != "false" {
		return errFieldClaim
	}
	// Codex reads also what it does not know.
	const deepest = 126 // with the object that it is in, 127
	if loneSurrogate(raw) || depth(raw) > deepest {
		return errFieldText
	}
	return nil
}

// checkAccessKeys refuses keys of a cloud that Codex 0.171 does.
func checkAccessKeys(raw json.RawMessage) error {
	required, optional := []string{"access_key_id", "secret_access_key"}, []string{"session_token"}
	known, _, err := members(raw, len(required), slices.Concat(required, optional)...)
	if err != nil {
		return err
	}
	return checkStrings(known, required, optional)
}

// checkStrings refuses members that are no strings. Only optional ones may be missing
// or null.
func checkStrings(known object, required, optional []string) error {
	for _, name := range slices.Concat(required, optional) {
		if isNull(known.get(name)) && slices.Contains(optional, name) {
			continue
		}
		if _, err := parseString(known.get(name)); err != nil {
			return inField(name, err)
		}
	}
	return nil
}

// parseTokens reads the member tokens. The three tokens must be present
// strings; everything else may be missing or null.
func parseTokens(raw json.RawMessage) (tokens, error) {
	names := [...]string{"id_token", "access_token", "refresh_token", "oauth_provenance", "login_owner_id", "account_id"}
	known, unknown, err := members(raw, len(names), names[:]...)
	if err != nil {
		return tokens{}, err
	}
	t := tokens{unknown: unknown}
	var access Secret
	for i, field := range []*Secret{&t.id, &access, &t.refresh} {
		if *field, err = parseSecret(known.get(names[i])); err != nil {
			return tokens{}, inField(names[i], err)
		}
	}
	t.access = newDated(access)
	if t.claims, err = parseClaims(t.id.Reveal()); err != nil {
		return tokens{}, inField("id_token", err)
	}
	for _, name := range names[3:] {
		if raw := known.get(name); !isNull(raw) {
			if err := t.read(name, raw); err != nil {
				return tokens{}, inField(name, err)
			}
		}
	}
	return t, nil
}

// read reads the member of that name, which may be missing.
func (t *tokens) read(name string, raw json.RawMessage) (err error) {
	switch name {
	case "account_id":
		t.accountID, err = pointer(parseString(raw))
	case "oauth_provenance":
		t.provenance, err = pointer(parseProvenance(raw))
	case "login_owner_id":
		t.ownerID, err = pointer(parseString(raw))
	}
	return err
}

// members is split for a field.
func members(raw json.RawMessage, least int, names ...string) (known, others object, err error) {
	known, others, err = split(raw, least, names...)
	if errors.Is(err, errNotObject) {
		err = errFieldObject
	}
	return known, others, err
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
	known, unknown, err := members(raw, 2, first, second)
	if err != nil {
		return "", "", nil, err
	}
	if a, err = parseString(known.get(first)); err != nil {
		return "", "", nil, inField(first, err)
	}
	if b, err = parseString(known.get(second)); err != nil {
		return "", "", nil, inField(second, err)
	}
	return a, b, unknown, nil
}
