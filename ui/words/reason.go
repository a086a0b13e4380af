package words

import "rekey/auth"

// Reason is why the credentials cannot be renewed, as the rest of a sentence:
// "the refresh token was already used".
func Reason(r auth.Reason) string {
	switch r {
	case auth.ReasonExpired:
		return "the refresh token has expired"
	case auth.ReasonReused:
		return "the refresh token was already used"
	case auth.ReasonRevoked:
		return "the sign-in was revoked"
	case auth.ReasonInvalidGrant:
		return "the refresh token is no longer valid"
	case auth.ReasonUnauthorized:
		return "the server refused without saying why"
	case auth.ReasonAccountChanged:
		return "another account has signed in"
	}
	return "the server refused it"
}

// ReasonSentence is Reason as a sentence of its own.
func ReasonSentence(r auth.Reason) string { return capital(Reason(r)) + "." }
