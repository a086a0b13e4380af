package appserver_test

// The reasons for which Rekey differs from Codex on purpose. No other
// exception exists.
const (
	reasonUnknownFields = 2 // unknown fields survive a rewrite
	reasonEscrow        = 3 // tokens that cannot be saved are kept, not spent again
	reasonNoVerifying   = 5 // what Rekey cannot refresh is reported by what the store says
)

// exceptions lists every recorded case that Rekey plays differently, as
// file:name, with the reason.
func exceptions() map[string]int {
	listed := make(map[string]int)
	for reason, keys := range map[int][]string{
		reasonUnknownFields: {
			"auth_json_parsing.json:refresh/latin1-escaped-surrogate",
			"auth_json_parsing.json:refresh/duplicate-key-unknown",
			"auth_json_parsing.json:refresh/deeply-nested-unknown",
			"auth_json_parsing.json:refresh/deeply-nested-unknown-200",
			"auth_json_parsing.json:refresh/unknown-top-level",
			"auth_json_parsing.json:refresh/unknown-in-tokens",
			"auth_json_parsing.json:refresh/unknown-everywhere",
			"disk_change.json:no-failure/unknown-field-added-in-tokens/refresh",
			"disk_change.json:transient-failure/unknown-field-added-in-tokens/refresh",
			"disk_change.json:in-flight-ok/unknown-field-added-in-tokens",
			"disk_change.json:in-flight-500/unknown-field-added-in-tokens",
			"persist.json:format/unknown-top-level",
		},
		reasonEscrow: {
			"persist.json:lock/auth.json.lock-held-40s",
			"disk_change.json:in-flight-ok/same-account-expired-access_token", // the store still names the spent token
		},
		reasonNoVerifying: {
			"auth_json_parsing.json:read/pat-and-tokens,no-auth_mode",
			"auth_json_parsing.json:refresh/pat-and-tokens,no-auth_mode",
			"auth_json_parsing.json:read/pat-and-key,no-auth_mode",
			"auth_json_parsing.json:refresh/pat-and-key,no-auth_mode",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=absent,refreshToken=absent",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=absent,refreshToken=false",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=absent,refreshToken=true",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=false,refreshToken=absent",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=false,refreshToken=false",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=false,refreshToken=true",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=true,refreshToken=absent",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=true,refreshToken=false",
			"get_auth_status.json:agent-identity-not-prod-environment/includeToken=true,refreshToken=true",
		},
	} {
		for _, key := range keys {
			listed[key] = reason
		}
	}
	return listed
}
