package ratelimits

import "rekey/auth"

// mainLimit is the id of the limit that ordinary use counts against.
const mainLimit = "codex"

// Answers are the backend's answers.
type Answers struct {
	// Usage is the body of …/wham/usage.
	Usage []byte
	// ResetCredits is the body of …/wham/rate-limit-reset-credits, nil when
	// there is none.
	ResetCredits []byte
	// UserID and AccountID are the sign-in's.
	UserID, AccountID string
	// FedRAMP is the sign-in's claim. Codex does not match such a sign-in with
	// the answer.
	FedRAMP bool
}

// Read converts the answers as Codex 0.171.0 does. If Codex rejects them it
// returns an error, which does not quote them.
func Read(a Answers) (Result, error) {
	tree, err := parse(a.Usage)
	if err != nil {
		return Result{}, err
	}
	r := &reader{}
	result := r.usage(tree, a)
	if r.err != nil {
		return Result{}, r.err
	}
	if details := readResetCredits(a.ResetCredits); details != nil {
		result.ResetCredits = details
	}
	return result, nil
}

func (r *reader) usage(tree any, a Answers) Result {
	top := r.strictly(tree, "plan_type", "user_id", "account_id", "rate_limit", "additional_rate_limits", "credits",
		"spend_control", "rate_limit_reached_type", "rate_limit_reset_credits", "rate_limit_upsell")
	plan := planName(r.choice(top, "plan_type"))
	limit := Snapshot{LimitID: mainLimit, PlanType: &plan}
	allowed := r.windows(top["rate_limit"], &limit)
	limit.Credits = r.credits(top["credits"])
	r.spendControl(top["spend_control"], &limit)
	limit.ReachedType = r.reached(top["rate_limit_reached_type"])

	result := Result{RateLimits: limit, ByLimitID: map[string]Snapshot{}, AccountID: r.maybeText(top, "account_id")}
	user := r.maybeText(top, "user_id")
	if !a.FedRAMP && user != nil && *user == a.UserID && result.AccountID != nil && *result.AccountID == a.AccountID {
		result.OrdinaryUsageAllowed, result.Upsell = allowed, top["rate_limit_upsell"]
	}
	result.ByLimitID[mainLimit] = limit
	for _, entry := range r.list(top["additional_rate_limits"]) { // one of them may have the main limit's id
		more := r.additional(entry, &plan)
		result.ByLimitID[more.LimitID] = more
	}
	if summary := top["rate_limit_reset_credits"]; summary != nil {
		count := r.count(r.structure(summary, "available_count"))
		result.ResetCredits = &ResetCredits{AvailableCount: count}
	}
	return result
}

// additional reads one of the additional limits.
func (r *reader) additional(entry any, plan *string) Snapshot {
	f := r.strictly(entry, "limit_name", "metered_feature", "rate_limit", "normal_model_slug")
	name := r.text(f, "limit_name")
	limit := Snapshot{
		LimitID: r.text(f, "metered_feature"), LimitName: &name,
		NormalModelSlug: r.maybeText(f, "normal_model_slug"), PlanType: plan,
	}
	r.windows(f["rate_limit"], &limit)
	return limit
}

// windows reads the windows of one limit, and whether use is allowed.
func (r *reader) windows(v any, into *Snapshot) (allowed *bool) {
	if v == nil {
		return nil
	}
	f := r.structure(v, "allowed", "limit_reached", "primary_window", "secondary_window")
	yes := r.boolean(f, "allowed")
	r.boolean(f, "limit_reached")
	into.Primary, into.Secondary = r.window(f["primary_window"]), r.window(f["secondary_window"])
	return &yes
}

func (r *reader) window(v any) *Window {
	if v == nil {
		return nil
	}
	f := r.structure(v, "used_percent", "limit_window_seconds", "reset_after_seconds", "reset_at")
	r.whole(f, "reset_after_seconds", 32)
	end := r.whole(f, "reset_at", 32)
	return &Window{
		UsedPercent: r.whole(f, "used_percent", 32), ResetsAt: &end,
		WindowDurationMins: minutes(r.whole(f, "limit_window_seconds", 32)),
	}
}

func (r *reader) credits(v any) *Credits {
	if v == nil {
		return nil
	}
	f := r.structure(v, "has_credits", "unlimited", "balance", "approx_local_messages", "approx_cloud_messages")
	r.list(f["approx_local_messages"])
	r.list(f["approx_cloud_messages"])
	return &Credits{HasCredits: r.boolean(f, "has_credits"), Unlimited: r.boolean(f, "unlimited"), Balance: r.maybeText(f, "balance")}
}

func (r *reader) spendControl(v any, into *Snapshot) {
	if v == nil {
		return
	}
	f := r.structure(v, "reached", "individual_limit")
	reached := r.boolean(f, "reached")
	into.SpendControlReached = &reached
	if f["individual_limit"] == nil {
		return
	}
	f = r.structure(f["individual_limit"],
		"source", "limit", "used", "remaining", "used_percent", "remaining_percent", "reset_after_seconds", "reset_at")
	r.maybeText(f, "source")
	r.text(f, "remaining")
	r.whole(f, "used_percent", 32)
	r.whole(f, "reset_after_seconds", 32)
	into.IndividualLimit = &IndividualLimit{
		Limit: r.text(f, "limit"), Used: r.text(f, "used"),
		RemainingPercent: r.whole(f, "remaining_percent", 32), ResetsAt: r.whole(f, "reset_at", 32),
	}
}

// reached reads the word for the limit that was reached; nil if Codex does not
// know it.
func (r *reader) reached(v any) *string {
	if v == nil {
		return nil
	}
	return reachedWord(r.choice(r.structure(v, "type"), "type"))
}

// reachedWord is nil for a word that Codex does not know.
func reachedWord(word string) *string {
	switch word {
	case "rate_limit_reached", "workspace_owner_credits_depleted", "workspace_member_credits_depleted",
		"workspace_owner_usage_limit_reached", "workspace_member_usage_limit_reached":
		return &word
	}
	return nil
}

// list reads a list that may be missing or null.
func (r *reader) list(v any) []any {
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		r.fail("%T in place of a list", v)
	}
	return list
}

// planName is the plan as named in this result; account/read has one more name.
func planName(word string) string {
	if word == "hc" {
		return "unknown"
	}
	return auth.PlanName(word)
}

// readResetCredits reads the details. It returns nil if Codex cannot read any
// part: then the number from the other answer is used.
func readResetCredits(body []byte) *ResetCredits {
	tree, err := parse(body)
	if err != nil {
		return nil
	}
	r := &reader{}
	f := r.structure(tree, "credits", "available_count")
	all := &ResetCredits{AvailableCount: r.count(f), Credits: []ResetCredit{}}
	if r.required(f, "credits") == nil {
		return nil
	}
	for _, entry := range r.list(f["credits"]) {
		all.Credits = append(all.Credits, r.resetCredit(entry))
	}
	if r.err != nil {
		return nil
	}
	return all
}

func (r *reader) resetCredit(entry any) ResetCredit {
	names := []string{"id", "reset_type", "status", "granted_at", "expires_at", "title", "description"}
	if list, ok := entry.([]any); ok && len(list) < len(names) {
		r.fail("a list of %d in place of %d members", len(list), len(names))
	}
	f := r.structure(entry, names...)
	c := ResetCredit{
		ID: r.text(f, "id"), ResetType: "unknown", Status: "unknown",
		GrantedAt: r.moment(r.text(f, "granted_at")), Title: r.maybeText(f, "title"), Description: r.maybeText(f, "description"),
	}
	if r.text(f, "reset_type") == "codex_rate_limits" {
		c.ResetType = "codexRateLimits"
	}
	switch status := r.text(f, "status"); status {
	case "available", "redeeming", "redeemed":
		c.Status = status
	}
	if end := r.maybeText(f, "expires_at"); end != nil {
		at := r.moment(*end)
		c.ExpiresAt = &at
	}
	return c
}

// moment reads a date and time as a Unix time.
func (r *reader) moment(text string) int64 {
	t, err := parseTime(text)
	if err != nil {
		r.fail("%w", err)
	}
	return t.Unix()
}
