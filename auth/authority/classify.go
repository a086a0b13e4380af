package authority

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"rekey/auth"
	"rekey/internal/fault"
)

// classify interprets a complete answer to a refresh by the rules of Codex
// 0.169. It has no side effects. The response is valid if the error is nil.
func classify(status int, body []byte) (auth.TokenResponse, *auth.RefreshError) {
	if success(status) {
		tokens, err := parseTokens(body)
		if err != nil {
			return auth.TokenResponse{}, &auth.RefreshError{Status: status, Err: err}
		}
		return tokens, nil
	}
	code := asciiLower(errorCode(body))
	reason, permanent := refusal(status, code)
	return auth.TokenResponse{}, &auth.RefreshError{
		Permanent: permanent, Reason: reason, Status: status, Code: safeCode(code),
	}
}

// refusal reports whether a failure is a permanent refusal: a 401 always is,
// three codes are with any status, and invalid_grant is with the status that
// OAuth gives it (RFC 6749, section 5.2).
func refusal(status int, code string) (auth.Reason, bool) {
	switch reason := auth.Reason(code); reason {
	case auth.ReasonExpired, auth.ReasonReused, auth.ReasonRevoked:
		return reason, true
	case auth.ReasonInvalidGrant:
		if status == http.StatusBadRequest || status == http.StatusUnauthorized {
			return reason, true
		}
	}
	if status == http.StatusUnauthorized {
		return auth.ReasonUnauthorized, true
	}
	return "", false
}

// errorCode returns the code in the body of a failure: error.code, error or
// code, whichever is the first string that is not blank. A body that is not a JSON
// object has none; bytes that are not UTF-8 are replaced first, and what Unicode
// calls space may be around it.
func errorCode(body []byte) string {
	body = bytes.ToValidUTF8(body, []byte("\ufffd"))
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	top, ok := parseObject(body)
	if !ok || bytes.HasPrefix(body, byteOrderMark) || loneSurrogate(body) || tooDeep(body) {
		return ""
	}
	inner, _ := parseObject(top["error"])
	for _, raw := range []json.RawMessage{inner["code"], top["error"], top["code"]} {
		if code, ok := parseText(raw); ok && strings.TrimSpace(code) != "" {
			return code
		}
	}
	return ""
}

var (
	errNotObject = fault.New("answer_not_object", "the answer is not a JSON object")
	errTolerated = errors.New("the answer begins with a byte order mark or names a token twice")
)

// parseTokens reads a success (RFC 6749, section 5.1). Missing and null are the
// same; an empty object is a success that changes nothing. It is more tolerant
// than Codex where that saves a token, and says so: it skips a byte order mark, and
// the last of duplicate names counts.
func parseTokens(body []byte) (auth.TokenResponse, error) {
	names := []string{"id_token", "access_token", "refresh_token"}
	top, listed, ok := parseRecord(body, names...)
	if !ok {
		return auth.TokenResponse{}, errNotObject
	}
	var t auth.TokenResponse
	if _, once := parseOnce(body, names...); !once && !listed {
		t.Tolerated = errTolerated
	}
	for _, field := range []struct {
		name string
		to   **auth.Secret
	}{
		{"id_token", &t.IDToken}, {"access_token", &t.AccessToken}, {"refresh_token", &t.RefreshToken},
	} {
		raw, given := top[field.name]
		if !given || string(raw) == "null" {
			continue
		}
		text, ok := parseText(raw)
		if !ok {
			return auth.TokenResponse{}, fmt.Errorf("the answer's %s is not a string", field.name)
		}
		secret := auth.NewSecret(text)
		*field.to = &secret
	}
	return t, nil
}

// asciiLower folds the case of ASCII letters only, because known codes have no
// others.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// maxCode bounds an error code that is shown and logged, in bytes.
const maxCode = 40

// safeCode returns the code if it looks like one, else "". A server may put
// anything there, even a token, of which truncating would leave a part.
func safeCode(code string) string {
	if len(code) > maxCode {
		return ""
	}
	for _, r := range code {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-", r) {
			return ""
		}
	}
	return code
}
