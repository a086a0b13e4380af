package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Claims are what Codex reads from an ID token (RFC 7519). They are taken
// unverified, as Codex does: they name the account on the user's own screen
// and decide nothing.
type Claims struct {
	Email     string
	Plan      string
	UserID    string
	AccountID string
	// FedRAMP: the account belongs to a government workspace, and its requests
	// are marked as such.
	FedRAMP bool
}

// The names of the two objects that hold OpenAI's claims.
const (
	claimProfile = "https://api.openai.com/profile"
	claimAuth    = "https://api.openai.com/auth"
)

// parseClaims reads an ID token: three or more non-empty parts, the second of
// which is a JSON object in unpadded base64url with the right types.
func parseClaims(token string) (Claims, error) {
	payload, err := jwtPayload(token)
	if err != nil {
		return Claims{}, err
	}
	payload = bytes.TrimLeft(payload, space)
	if isNull(payload) {
		return Claims{}, errFieldJWT
	}
	top, err := claimObject(payload, "email", claimProfile, claimAuth)
	if err != nil {
		return Claims{}, err
	}
	profile, err := claimObject(top.get(claimProfile), "email")
	if err != nil {
		return Claims{}, err
	}
	own, err := claimObject(top.get(claimAuth), "chatgpt_plan_type", "chatgpt_user_id", "user_id", "chatgpt_account_id",
		"chatgpt_account_is_fedramp")
	if err != nil {
		return Claims{}, err
	}
	var r claimReader
	c := Claims{
		Email:     first(r.text(top.get("email")), r.text(profile.get("email"))),
		Plan:      first(r.plan(own.get("chatgpt_plan_type"))),
		UserID:    first(r.text(own.get("chatgpt_user_id")), r.text(own.get("user_id"))),
		AccountID: first(r.text(own.get("chatgpt_account_id"))),
	}
	// Codex 0.171 takes a missing one for false, and refuses null.
	switch raw := own.get("chatgpt_account_is_fedramp"); string(raw) {
	case "true", "false", "":
		c.FedRAMP = string(raw) == "true"
	default:
		r.err = errFieldClaim
	}
	return c, r.err
}

// claimReader reads claims. err tells whether one had the wrong type.
type claimReader struct{ err error }

// text reads a text, nil if it is absent or null.
func (r *claimReader) text(raw json.RawMessage) *string {
	if isNull(raw) {
		return nil
	}
	s, err := parseString(raw)
	if err != nil {
		r.err = errFieldClaim
	}
	return &s
}

// plan reads a plan; an object may stand for one that Codex knows: see parseWord.
func (r *claimReader) plan(raw json.RawMessage) *string {
	if isNull(raw) || raw[0] != '{' {
		return r.text(raw)
	}
	name, err := parseWord(raw)
	if err != nil || PlanName(name) == "unknown" {
		r.err = errFieldClaim
	}
	return &name
}

// claimObject reads the named members of a JSON object. An absent or null
// object has none. As for Codex, only what it reads must be UTF-8.
func claimObject(raw json.RawMessage, names ...string) (object, error) {
	if isNull(raw) {
		return nil, nil
	}
	if !json.Valid(raw) {
		return nil, errFieldJWT
	}
	members, _, err := split(bytes.Trim(raw, space), 0, names...)
	if err != nil {
		return nil, errFieldJWT
	}
	return members, nil
}

// first returns the first string that is not nil, or "".
func first(candidates ...*string) string {
	for _, c := range candidates {
		if c != nil {
			return *c
		}
	}
	return ""
}

// jwtPayload decodes the second of three or more non-empty parts.
func jwtPayload(token string) ([]byte, error) {
	header, rest, _ := strings.Cut(token, ".")
	body, rest, _ := strings.Cut(rest, ".")
	signature, _, _ := strings.Cut(rest, ".")
	if header == "" || body == "" || signature == "" || strings.ContainsAny(body, "\r\n") { // which the decoder skips
		return nil, errFieldJWT
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, errFieldJWT
	}
	return payload, nil
}

// accessTimes reads exp and iat of an access token (RFC 7519, section 4.1),
// as UTC. ok is false for every token whose exp Codex does not understand: an
// opaque one, or one whose exp is not an integer that fits a timestamp.
func accessTimes(token string) (issued, expires time.Time, ok bool) {
	payload, err := jwtPayload(token)
	if err != nil {
		return time.Time{}, time.Time{}, false
	}
	members, err := claimObject(payload, "exp", "iat")
	if err != nil {
		return time.Time{}, time.Time{}, false
	}
	expires, ok = numericDate(members.get("exp"))
	if !ok {
		return time.Time{}, time.Time{}, false
	}
	issued, _ = numericDate(members.get("iat"))
	return issued, expires, true
}

// minUnix and maxUnix are the first and last second that Codex's time library can
// hold (the years -262143 and 262142); any other exp counts as no exp.
const (
	minUnix = -8_334_601_228_800
	maxUnix = 8_210_266_876_799
)

// numericDate reads an integer of seconds since the epoch. For Codex -0 is none.
func numericDate(raw json.RawMessage) (time.Time, bool) {
	seconds, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || seconds > maxUnix || seconds < minUnix || string(raw) == "-0" {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0).UTC(), true
}

// PlanName returns the plan as Codex's account/read reports it: a known name
// unchanged, an old name as its successor, anything else as "unknown". Names
// are case-sensitive.
func PlanName(claim string) string {
	switch claim {
	case "hc":
		return "enterprise"
	case "education":
		return "edu"
	case "free", "go", "plus", "pro", "prolite", "promax", "team", "business", "enterprise", "edu",
		"self_serve_business_prolite", "self_serve_business_usage_based",
		"enterprise_cbp_automation", "enterprise_cbp_usage_based",
		"ent26", "edu_plus", "edu_pro", "sci", "sci_plus":
		return claim
	}
	return "unknown"
}

// planOf is PlanName for people: a plan this version does not know is shown by
// the claim's own name.
func planOf(claim string) string {
	if name := PlanName(claim); name != "unknown" || claim == "" {
		return name
	}
	return claim
}
