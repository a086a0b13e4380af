package store

import "rekey/auth"

const activitiesFile = "activity.json"

// AddActivities appends what has happened, in its order.
func (s *State) AddActivities(list []auth.Activity) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return changeState(s, activitiesFile, auth.MaxActivities, func(kept []auth.Activity) ([]auth.Activity, bool) {
		for _, a := range list {
			kept = auth.AppendActivity(kept, a)
		}
		return kept, true
	})
}

// Activities returns what happened lately, the oldest first. A file that is
// absent or damaged has none.
func (s *State) Activities() ([]auth.Activity, error) {
	return readState[auth.Activity](s.path(activitiesFile))
}
