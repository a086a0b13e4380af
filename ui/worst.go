package ui

import "rekey/auth"

// severity is how much a Status asks for a look: what has ended by itself most,
// what nobody has to do anything about least.
func severity(s auth.Status) int {
	switch s {
	case auth.StatusSignInRequired:
		return 9
	case auth.StatusUnreadable:
		return 8
	case auth.StatusExpiring:
		return 7
	case auth.StatusWaiting:
		return 6
	case auth.StatusSignedOut:
		return 5
	case auth.StatusRefreshing:
		return 4
	case auth.StatusHealthy:
		return 3
	case auth.StatusExternal:
		return 2
	case auth.StatusAPIKey:
		return 1
	}
	return 10 // one that this program does not know is no reason to be at ease
}

// Worst is the place of the State that stands for all of them: the worst, and
// of equals the first. It is -1 when there are none.
func Worst(states ...auth.State) int {
	worst := -1
	for i, s := range states {
		if worst < 0 || severity(s.Status) > severity(states[worst].Status) {
			worst = i
		}
	}
	return worst
}
