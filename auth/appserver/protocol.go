package appserver

import (
	"time"

	"rekey/auth"
)

// The methods and notifications of Codex's dialect that Rekey answers and sends.
const (
	methodInitialize   = "initialize"
	methodAuthStatus   = "getAuthStatus"
	methodAccountRead  = "account/read"
	methodLoginStart   = "account/login/start"
	methodLoginCancel  = "account/login/cancel"
	methodLogout       = "account/logout"
	methodRateLimits   = "account/rateLimits/read"
	noteUpdated        = "account/updated"
	noteRateLimits     = "account/rateLimits/updated"
	noteLoginCompleted = "account/login/completed"
	callExternal       = "account/chatgptAuthTokens/refresh"
)

// ownPrefix begins the names of Rekey's own methods.
const ownPrefix = "rekey/"

// Rekey's own methods and notifications.
const (
	methodState        = "rekey/state"
	methodSubscribe    = "rekey/subscribe"
	methodRefresh      = "rekey/refresh"
	methodToken        = "rekey/token"
	methodActivity     = "rekey/activity"
	methodSignIn       = "rekey/signIn"
	methodCancelSignIn = "rekey/cancelSignIn"
	methodAnswerSignIn = "rekey/answerSignIn"
	methodSignOut      = "rekey/signOut"
	methodUnlock       = "rekey/unlock"
	methodPreferences  = "rekey/setPreferences"
	methodClaimNotice  = "rekey/claimNotice"
	methodRecover      = "rekey/recover"
	methodUsage        = "rekey/usage"
	methodUsageHistory = "rekey/usageHistory"
	methodLoans        = "rekey/loans"
	methodPushLoan     = "rekey/pushLoan"
	methodStopLoan     = "rekey/stopLoan"
	methodQuit         = "rekey/quit"
	noteState          = "rekey/stateChanged"
	noteUsage          = "rekey/usageChanged"
)

type initializeParams struct {
	ClientInfo struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"clientInfo"`
	Capabilities *struct {
		ExperimentalAPI bool `json:"experimentalApi"`
		// OptOut names notifications that the client does not want.
		OptOut []string `json:"optOutNotificationMethods"`
	} `json:"capabilities"`
	// Rekey is added by Rekey's own clients: see schema.go.
	Rekey *introduction `json:"rekey,omitempty"`
}

type initializeResult struct {
	UserAgent      string `json:"userAgent"`
	CodexHome      string `json:"codexHome"`
	PlatformFamily string `json:"platformFamily"`
	PlatformOS     string `json:"platformOs"`
	// Rekey is not in Codex's answer: see schema.go.
	Rekey *program `json:"rekey,omitempty"`
}

type authStatusParams struct {
	IncludeToken *bool `json:"includeToken"`
	RefreshToken *bool `json:"refreshToken"`
}

// authStatus is getAuthStatus' result. Its members are null, never absent.
type authStatus struct {
	AuthMethod         *string `json:"authMethod"`
	AuthToken          *string `json:"authToken"`
	RequiresOpenAIAuth bool    `json:"requiresOpenaiAuth"`
}

type accountReadParams struct {
	RefreshToken bool `json:"refreshToken"`
}

type accountReadResult struct {
	Account            any       `json:"account"`
	UserID             *string   `json:"userId"`
	RequiresOpenAIAuth bool      `json:"requiresOpenaiAuth"`
	WorkspaceRouting   *struct{} `json:"workspaceRouting"` // needs a backend that Rekey does not call
}

type apiKeyAccount struct {
	Type string `json:"type"`
}

type chatGPTAccount struct {
	Type          string  `json:"type"`
	Email         *string `json:"email"`
	PlanType      string  `json:"planType"`
	WorkspaceName *string `json:"workspaceName"`
}

type loginStartParams struct {
	Type             string  `json:"type"`
	APIKey           *string `json:"apiKey"`
	AccessToken      *string `json:"accessToken"`
	ChatGPTAccountID *string `json:"chatgptAccountId"`
	ChatGPTPlanType  *string `json:"chatgptPlanType"`
}

type loginStartResult struct {
	Type    string `json:"type"`
	LoginID string `json:"loginId,omitempty"`
	AuthURL string `json:"authUrl,omitempty"`
	// VerificationURL and UserCode belong to chatgptDeviceCode.
	VerificationURL string `json:"verificationUrl,omitempty"`
	UserCode        string `json:"userCode,omitempty"`
}

type loginCancelParams struct {
	LoginID string `json:"loginId"`
}

type loginCancelResult struct {
	Status string `json:"status"`
}

type loginCompleted struct {
	LoginID    *string `json:"loginId"`
	Success    bool    `json:"success"`
	Error      *string `json:"error"`
	Onboarding *string `json:"onboardingEntrypoint"`
}

type accountUpdated struct {
	AuthMode *string `json:"authMode"`
	PlanType *string `json:"planType"`
}

type externalParams struct {
	Reason            string `json:"reason"`
	PreviousAccountID string `json:"previousAccountId"`
}

type externalResult struct {
	AccessToken      string  `json:"accessToken"`
	ChatGPTAccountID string  `json:"chatgptAccountId"`
	ChatGPTPlanType  *string `json:"chatgptPlanType"`
}

// stateMessage is the result of rekey/state and the notification
// rekey/stateChanged.
type stateMessage struct {
	// Schema is the newest version that the agent speaks: see schema.go.
	Schema int        `json:"schema"`
	State  auth.State `json:"state"`
}

type signInParams struct {
	Method auth.SignInMethod `json:"method"`
	// ClientOpens: the client shows the page in the browser.
	ClientOpens bool `json:"clientOpens,omitempty"`
}

type answerParams struct {
	Yes bool `json:"yes"`
}

type tokenParams struct {
	MinValiditySeconds float64 `json:"minValiditySeconds"`
}

// tokenResult is the only result of Rekey's own methods that holds a token.
type tokenResult struct {
	AccessToken string    `json:"accessToken"`
	ExpiresAt   time.Time `json:"expiresAt,omitzero"`
}

type activityResult struct {
	Activities []auth.Activity `json:"activities"`
}

type claimParams struct {
	Notice string `json:"notice"`
}

type claimResult struct {
	Claimed bool `json:"claimed"`
}

type recoverResult struct {
	Step auth.RecoveryStep `json:"step"`
}

// refusalData is the data of an error of rekey/refresh and rekey/token, from
// which the client rebuilds the typed error.
type refusalData struct {
	// Kind is "" for a refresh that failed; else see kindSignedOut and the others.
	Kind       string      `json:"kind,omitempty"`
	Permanent  bool        `json:"permanent"`
	Reason     auth.Reason `json:"reason,omitempty"`
	Status     int         `json:"status,omitempty"`
	Code       string      `json:"code,omitempty"`
	AnswerLost bool        `json:"answerLost,omitempty"`
	NotBefore  time.Time   `json:"notBefore,omitzero"`
	Page       bool        `json:"webPage,omitempty"`
	// Cause is the error's own, or the whole error for CannotSave and kindOther.
	Cause      auth.Cause `json:"cause,omitzero"`
	CannotSave bool       `json:"cannotSave,omitempty"`
	// Where and What belong to kindUnreadable.
	Where string `json:"where,omitempty"`
	What  string `json:"what,omitempty"`
	// LeftSeconds and WantedSeconds belong to kindShortLived.
	LeftSeconds   float64 `json:"leftSeconds,omitempty"`
	WantedSeconds float64 `json:"wantedSeconds,omitempty"`
	// Agent belongs to kindSchema.
	Agent *program `json:"rekey,omitempty"`
}
