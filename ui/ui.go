// Package ui holds every face of the program. Faces have no logic: a face
// subscribes to an auth.Session's State, renders it, and passes on clicks.
//
// The faces open no credential and use no network. What they know and do goes
// through a Session, which is the agent in the same process or a client of the
// agent's socket in another.
package ui

import (
	"strings"

	"rekey/auth"
)

// severity ranks a Status by urgency, highest first.
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
	return 10 // an unknown status counts as urgent
}

// Worst returns the index of the worst State, the first of equals, or -1 if
// there are none.
func Worst(states ...auth.State) int {
	worst := -1
	for i, s := range states {
		if worst < 0 || severity(s.Status) > severity(states[worst].Status) {
			worst = i
		}
	}
	return worst
}

// WindowPlace is where the window that was opened for an agent's socket listens on
// systems with Unix sockets: beside it, in the folder that only its user can enter.
func WindowPlace(socket string) string { return strings.TrimSuffix(socket, ".sock") + ".window" }
