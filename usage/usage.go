package usage

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// MainLimit is the limit that Codex's ordinary use counts against.
const MainLimit = "codex"

// Usage is what is known about one account's limits. The zero value means
// nothing is known. A Usage holds no token, no e-mail address and no account
// id, and is not modified once it has been returned. All times are UTC.
//
// Before showing it, call At.
type Usage struct {
	// FetchedAt is when the backend last answered, the zero time when it never
	// has. Some windows may be newer: see Window.ToldAt.
	FetchedAt time.Time `json:"fetchedAt,omitzero"`
	// Plan is the backend's word for the plan, as it writes it ("plus",
	// "prolite"), "" when it is not known. It is newer than the one in the ID
	// token.
	Plan string `json:"plan,omitempty"`
	// Windows are all known windows: the main limit's first, then by name; the
	// shortest first.
	Windows []Window `json:"windows,omitempty"`
	// Credits are what can be used beyond the windows, nil when not known.
	Credits *Credits `json:"credits,omitempty"`
	// ResetCredits are the resets that the user may still ask for, nil when not
	// known. Rekey never spends one.
	ResetCredits *ResetCredits `json:"resetCredits,omitempty"`
	// SpendLimit is the cap that a workspace has set, nil when there is none.
	SpendLimit *SpendLimit `json:"spendLimit,omitempty"`
	// Reached is the backend's word for the limit that has been reached
	// ("rate_limit_reached"), "" if none has or it is unknown.
	Reached string `json:"reached,omitempty"`
	// Problem is why there are no newer figures, "" if nothing is wrong. Older
	// ones stay.
	Problem Problem `json:"problem,omitempty"`
	// RetryAt is when the backend may be asked again after it asked for a
	// pause, otherwise the zero time.
	RetryAt time.Time `json:"retryAt,omitzero"`
	// Alerts are the notifications that are due now: see Alert.
	Alerts []Alert `json:"alerts,omitempty"`
	// AlertsAt are the percentages at which to alert the user, nil for never.
	// If there are any, the reset of a full window is an alert too.
	AlertsAt []int `json:"alertsAt,omitempty"`
}

// Window is a span of time with an allowance, and how much of it is used.
type Window struct {
	// Limit is the id of the limit that the window belongs to; see MainLimit.
	Limit string `json:"limit"`
	// Name is the backend's name of an additional limit, "" for the main one.
	Name string `json:"name,omitempty"`
	// Minutes is the window's length, rounded up, 0 when it is not known.
	Minutes int `json:"minutes,omitempty"`
	// UsedPercent is the backend's figure; it may be above 100. Nil means
	// unknown, not zero.
	UsedPercent *float64 `json:"usedPercent,omitempty"`
	// ResetsAt is when the window starts over, the zero time if unknown or if
	// the window has not begun.
	ResetsAt time.Time `json:"resetsAt,omitzero"`
	// NotBegun: the window begins with the next use; until then its end moves
	// along.
	NotBegun bool `json:"notBegun,omitempty"`
	// ToldAt is when these figures were true.
	ToldAt time.Time `json:"toldAt,omitzero"`
}

// Credits are what a user has bought or been given beyond the windows.
type Credits struct {
	// HasCredits: there are credits left.
	HasCredits bool `json:"hasCredits"`
	// Unlimited: the credits are unlimited.
	Unlimited bool `json:"unlimited"`
	// Balance is as the backend writes it, "" when it does not say.
	Balance string `json:"balance,omitempty"`
}

// ResetCredits are resets of a full window that the user may ask for.
type ResetCredits struct {
	// Available is how many there are.
	Available int `json:"available"`
	// ExpiresAt is when the next of them expires, the zero time when none does
	// or it is not known.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// SpendLimit is a workspace's cap on what a member may spend. The amounts are as
// the backend writes them, "" when it does not say.
type SpendLimit struct {
	Limit     string `json:"limit,omitempty"`
	Used      string `json:"used,omitempty"`
	Remaining string `json:"remaining,omitempty"`
	// UsedPercent is nil when it is not known.
	UsedPercent *float64 `json:"usedPercent,omitempty"`
	// ResetsAt is the zero time when it is not known.
	ResetsAt time.Time `json:"resetsAt,omitzero"`
	// Reached: the cap has been reached.
	Reached bool `json:"reached,omitempty"`
}

// Known reports whether there is anything to show.
func (u Usage) Known() bool {
	return len(u.Windows) > 0 || u.Credits != nil || u.SpendLimit != nil || u.ResetCredits != nil
}

// Figures reports whether any number is known.
func (u Usage) Figures() bool {
	known := func(w Window) bool { return w.UsedPercent != nil }
	c := u.Credits
	return slices.ContainsFunc(u.Windows, known) || u.SpendLimit != nil || c != nil && (c.HasCredits || c.Unlimited || c.Balance != "")
}

// At returns what of u is still true at now. After its reset time the use of a
// window is unknown until the backend is asked again; it is not assumed to be
// zero.
func (u Usage) At(now time.Time) Usage {
	u.Windows = slices.Clone(u.Windows)
	for i := range u.Windows {
		if w := &u.Windows[i]; w.over(now) {
			w.UsedPercent, w.ResetsAt = nil, time.Time{}
		}
	}
	if s := u.SpendLimit; s != nil && !s.ResetsAt.IsZero() && !s.ResetsAt.After(now) {
		kept := *s
		kept.Used, kept.Remaining, kept.UsedPercent, kept.ResetsAt, kept.Reached = "", "", nil, time.Time{}, false
		u.SpendLimit = &kept
	}
	return u
}

// over reports whether the window has been reset since its figures were true.
func (w Window) over(now time.Time) bool { return !w.ResetsAt.IsZero() && !w.ResetsAt.After(now) }

// Full reports whether all that the window allows is used.
func (w Window) Full() bool { return w.UsedPercent != nil && *w.UsedPercent >= 100 }

// Tightest returns the window that limits the user most: of the full ones the
// one that resets last, because work can only go on then; otherwise the
// fullest. ok is false when no use is known.
func (u Usage) Tightest() (tightest Window, ok bool) {
	for _, w := range u.Windows {
		if w.UsedPercent != nil && (!ok || tighter(w, tightest)) {
			tightest, ok = w, true
		}
	}
	return tightest, ok
}

// tighter reports whether a limits the user more than b.
func tighter(a, b Window) bool {
	if a.Full() && b.Full() {
		return a.ResetsAt.After(b.ResetsAt)
	}
	return *a.UsedPercent > *b.UsedPercent
}

// Gone returns the fraction of the window's time that has passed, from 0 to 1;
// ok is false if unknown.
func (w Window) Gone(now time.Time) (part float64, ok bool) {
	if w.Minutes <= 0 || w.ResetsAt.IsZero() || w.NotBegun {
		return 0, false
	}
	length := time.Duration(w.Minutes) * time.Minute
	part = 1 - float64(w.ResetsAt.Sub(now))/float64(length)
	return min(max(part, 0), 1), true
}

// FullAt returns when the window will be full if use goes on as before; ok is
// false when it will not be full before its reset, is already full, or it is
// too early to tell (less than a twentieth of its time or allowance).
func (w Window) FullAt(now time.Time) (at time.Time, ok bool) {
	gone, known := w.Gone(now)
	if !known || w.UsedPercent == nil || w.Full() || gone < 0.05 || *w.UsedPercent < 5 {
		return time.Time{}, false
	}
	length := time.Duration(w.Minutes) * time.Minute
	begun := w.ResetsAt.Add(-length)
	at = begun.Add(time.Duration(gone * float64(length) * 100 / *w.UsedPercent)).Round(time.Second)
	return at, at.Before(w.ResetsAt)
}

// key identifies a window by its limit and length.
type key struct {
	limit   string
	minutes int
}

func (w Window) key() key { return key{w.Limit, w.Minutes} }

// order sorts windows as in Usage.Windows and drops duplicates, keeping the
// first.
func order(windows []Window) []Window {
	slices.SortStableFunc(windows, func(a, b Window) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			strings.Compare(a.Name, b.Name), strings.Compare(a.Limit, b.Limit),
			cmp.Compare(length(a), length(b)))
	})
	seen := make(map[key]bool)
	return slices.DeleteFunc(windows, func(w Window) bool {
		twice := seen[w.key()]
		seen[w.key()] = true
		return twice
	})
}

// rank is 0 for the main limit and 1 for others.
func rank(w Window) int {
	if w.Limit == MainLimit {
		return 0
	}
	return 1
}

// length is the window's length for sorting: unknown lengths come last.
func length(w Window) int {
	if w.Minutes == 0 {
		return math.MaxInt
	}
	return w.Minutes
}
