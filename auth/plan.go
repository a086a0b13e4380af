package auth

// PlanName returns the plan as Codex's account/read reports it: a known name
// as it is, an old name as its successor, everything else as "unknown". It is
// case-sensitive.
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
