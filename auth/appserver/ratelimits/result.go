// Package ratelimits makes the result of Codex's account/rateLimits/read in two
// ways: Read converts the backend's answers exactly as Codex 0.171.0 does,
// errors included; From converts what Rekey knows, where one unreadable part
// does not affect the others. It is pure. Its tests replay recordings of Codex.
package ratelimits

// Result is the answer to account/rateLimits/read. Nil is written as null and
// means unknown.
type Result struct {
	OrdinaryUsageAllowed *bool               `json:"ordinaryUsageAllowed"`
	RateLimits           Snapshot            `json:"rateLimits"` // of the main limit
	ByLimitID            map[string]Snapshot `json:"rateLimitsByLimitId"`
	ResetCredits         *ResetCredits       `json:"rateLimitResetCredits"`
	AccountID            *string             `json:"accountId"`
	Upsell               any                 `json:"rateLimitUpsell"` // as the backend wrote it
}

// Snapshot is the state of one limit.
type Snapshot struct {
	LimitID             string           `json:"limitId"`
	LimitName           *string          `json:"limitName"`
	NormalModelSlug     *string          `json:"normalModelSlug"`
	Primary             *Window          `json:"primary"`
	Secondary           *Window          `json:"secondary"`
	Credits             *Credits         `json:"credits"`
	IndividualLimit     *IndividualLimit `json:"individualLimit"`
	SpendControlReached *bool            `json:"spendControlReached"`
	PlanType            *string          `json:"planType"`
	ReachedType         *string          `json:"rateLimitReachedType"`
}

// Window is one window of a limit. ResetsAt is a Unix time.
type Window struct {
	UsedPercent        int64  `json:"usedPercent"`
	WindowDurationMins *int64 `json:"windowDurationMins"`
	ResetsAt           *int64 `json:"resetsAt"`
}

// Credits are what can be used beyond the windows.
type Credits struct {
	HasCredits bool    `json:"hasCredits"`
	Unlimited  bool    `json:"unlimited"`
	Balance    *string `json:"balance"`
}

// IndividualLimit is what a workspace allows one member to spend.
type IndividualLimit struct {
	Limit            string `json:"limit"`
	Used             string `json:"used"`
	RemainingPercent int64  `json:"remainingPercent"`
	ResetsAt         int64  `json:"resetsAt"`
}

// ResetCredits are the resets that can still be requested; Credits is nil when
// only their number is known.
type ResetCredits struct {
	AvailableCount int64         `json:"availableCount"`
	Credits        []ResetCredit `json:"credits"`
}

// ResetCredit is one of them. Its times are Unix times.
type ResetCredit struct {
	ID          string  `json:"id"`
	ResetType   string  `json:"resetType"`
	Status      string  `json:"status"`
	GrantedAt   int64   `json:"grantedAt"`
	ExpiresAt   *int64  `json:"expiresAt"`
	Title       *string `json:"title"`
	Description *string `json:"description"`
}
