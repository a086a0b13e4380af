package words

import (
	"strings"

	"rekey/auth"
)

// Account is "ada@example.com · Pro", without what is not known, or "".
func (w Words) Account(s auth.State) string {
	email, plan := Line(s.Email), w.Plan(s.Plan)
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
func (w Words) Plan(plan string) string {
	switch plan {
	case "", "unknown":
		return ""
	case "prolite":
		return w.Say("plan.pro_lite")
	case "promax":
		return w.Say("plan.pro_max")
	case "edu_plus":
		return w.Say("plan.edu_plus")
	case "edu_pro":
		return w.Say("plan.edu_pro")
	case "sci":
		return w.Say("plan.science")
	case "sci_plus":
		return w.Say("plan.science_plus")
	case "self_serve_business_prolite", "self_serve_business_usage_based":
		return w.Say("plan.business")
	case "enterprise_cbp_automation", "enterprise_cbp_usage_based", "ent26":
		return w.Say("plan.enterprise")
	}
	return Capital(strings.ReplaceAll(Line(plan), "_", " "))
}
