package box

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// JWT returns an unsigned JSON Web Token (RFC 7519, section 6) with the given
// claims. Its third part is not empty, because Codex wants three. Claims that
// JSON cannot hold are a mistake in the caller and panic.
func JWT(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(fmt.Sprintf("box: claims: %v", err))
	}
	const header, signature = `{"alg":"none","typ":"JWT"}`, "sig"
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString(payload) + "." +
		enc.EncodeToString([]byte(signature))
}
