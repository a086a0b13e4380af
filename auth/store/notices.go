package store

import "slices"

// maxNotices is how many shown notifications are remembered.
const maxNotices = 64

const noticesFile = "notices.json"

// ClaimNotice implements auth.Notices. When the claim cannot be written, it
// holds in this process only: then true comes with an error, and the notice
// may be shown once more by another process.
func (s *State) ClaimNotice(id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claimed[id] {
		return false, nil
	}
	s.claimed[id] = true
	first := true
	err := changeState(s, noticesFile, maxNotices, func(ids []string) ([]string, bool) {
		first = !slices.Contains(ids, id)
		return append(ids, id), first
	})
	return first, err
}
