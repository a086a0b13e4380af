package words

import (
	"strings"

	"rekey/auth"
)

// Account is "ada@example.com · Pro", without what is not known, or "".
func Account(s auth.State) string {
	email, plan := Line(s.Email), Plan(s.Plan)
	switch {
	case email == "":
		return plan
	case plan == "":
		return email
	}
	return email + " · " + plan
}

// Plan is a plan's display name, "" when the plan is not known. The names are
// those of auth.PlanName; a newer one is shown as it is.
func Plan(plan string) string {
	switch plan {
	case "", "unknown":
		return ""
	case "prolite":
		return "Pro Lite"
	case "promax":
		return "Pro Max"
	case "edu_plus":
		return "Edu Plus"
	case "edu_pro":
		return "Edu Pro"
	case "sci":
		return "Science"
	case "sci_plus":
		return "Science Plus"
	case "self_serve_business_prolite", "self_serve_business_usage_based":
		return "Business"
	case "enterprise_cbp_automation", "enterprise_cbp_usage_based", "ent26":
		return "Enterprise"
	}
	return capital(strings.ReplaceAll(Line(plan), "_", " "))
}
