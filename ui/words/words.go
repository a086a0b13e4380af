// Package words turns a State and the time into text in the reader's language,
// so that all faces say the same. All functions and methods are pure and total,
// except Follow and FollowAll, which run a timer.
//
// The time that is passed in also carries the zone: clock times are written in
// now's location. The texts hold nothing but the State's own fields, so they
// contain no token. They contain no markup either: escape them where markup has
// a meaning.
package words

import (
	"strings"

	"rekey/assets/lang"
	"rekey/auth"
)

// Words says things in one language. It is a value, immutable and safe for
// concurrent use; create it with New. Every face gets one.
type Words struct{ p lang.Printer }

// New returns the words of a language.
func New(p lang.Printer) Words { return Words{p} }

// English returns the English words, for tests and for text that no person
// reads.
func English() Words { return New(lang.For("en")) }

// Say returns a message of the catalogue that belongs to one face: a label, a
// title. pairs are names of placeholders and their texts, as in
// lang.Printer.Say.
func (w Words) Say(id string, pairs ...string) string { return w.p.Say(id, pairs...) }

// Language is the tag of the language: "en" or "zh-Hans".
func (w Words) Language() string { return w.p.Language() }

// List puts things of the same kind one after the other.
func (w Words) List(things []string) string { return strings.Join(things, w.Say("sentence.list")) }

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
