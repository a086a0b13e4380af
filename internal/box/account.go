package box

import "time"

// CodexClientID is the client_id that Codex sends.
const CodexClientID = "app_EMoamEEZ73f0CkXaXp7hrann"

// Account is a user who can sign in.
type Account struct {
	Email     string
	Plan      string // chatgpt_plan_type, for example "pro"
	UserID    string
	AccountID string
	Name      string
}

// Ada is the default account.
func Ada() Account {
	return Account{
		Email: "ada@example.com", Plan: "pro", UserID: "user-ada", AccountID: "acct-ada", Name: "Ada Example",
	}
}

// Grace is another account, for tests in which another user signs in.
func Grace() Account {
	return Account{
		Email: "grace@example.com", Plan: "plus", UserID: "user-grace", AccountID: "acct-grace", Name: "Grace Example",
	}
}

// orAda replaces the zero Account.
func (a Account) orAda() Account {
	if a == (Account{}) {
		return Ada()
	}
	return a
}

// claims are the claims that Codex reads from a token of this account, and the
// token's times. id distinguishes tokens of the same second.
func (a Account) claims(id string, issued, expires time.Time) map[string]any {
	claims := map[string]any{
		"iat": issued.Unix(),
		"exp": expires.Unix(),
		"https://api.openai.com/auth": map[string]any{
			"chatgpt_plan_type":  a.Plan,
			"chatgpt_user_id":    a.UserID,
			"chatgpt_account_id": a.AccountID,
		},
	}
	for name, value := range map[string]string{"email": a.Email, "name": a.Name, "sub": a.UserID, "jti": id} {
		if value != "" {
			claims[name] = value
		}
	}
	return claims
}
