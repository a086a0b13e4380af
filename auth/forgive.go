package auth

// Forgive forgets the refusal of the cached credentials if its reason does not
// name the token: an unexplained 401 may have come from something between here
// and the server. The next renewal asks again. It reports whether there was
// such a refusal; one that names the token is never forgiven.
func (m *Manager) Forgive() bool {
	m.mu.Lock()
	refusal := m.facts.Refusal
	if refusal == nil || refusal.Reason.NamesToken() {
		m.mu.Unlock()
		return false
	}
	m.own.forget(refusal.Fingerprint)
	m.facts.Refusal = nil
	m.mu.Unlock()
	m.opts.Log.Info("refusal forgiven, for its reason does not name the token", "reason", refusal.Reason)
	m.publish()
	return true
}

// forget drops the refusal for a fingerprint.
func (m *memory) forget(fingerprint string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.refusals, fingerprint)
}
