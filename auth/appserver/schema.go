package appserver

import (
	"rekey/auth"
	"rekey/internal/fault"
)

// schemas are the versions of Rekey's own part of the protocol that a program
// speaks: its methods, notifications and the form of the State. The version
// changes when something is removed or changes its meaning. Additions do not
// change it, because unknown members are ignored.
type schemas struct {
	Oldest int `json:"oldest"`
	Newest int `json:"newest"`
}

// stateSchema is the newest version, which this program speaks.
const stateSchema = 1

// spoken are the versions that this program speaks.
func spoken() schemas { return schemas{Oldest: 1, Newest: stateSchema} }

// meets reports whether there is a version that both speak.
func (s schemas) meets(other schemas) bool {
	return s.Oldest <= other.Newest && other.Oldest <= s.Newest
}

// introduction is what a client that knows Rekey says of itself in initialize.
type introduction struct {
	// Schema are the versions that it speaks, nil if it does not care.
	Schema *schemas `json:"schema,omitempty"`
	// Subscribe: it wants what rekey/subscribe does, too. The answer has the State
	// then, unless the agent is older than this member.
	Subscribe bool `json:"subscribe,omitempty"`
}

// program is what an agent answers.
type program struct {
	Version string      `json:"version,omitempty"`
	Schema  schemas     `json:"schema"`
	State   *auth.State `json:"state,omitempty"`
	// CanQuit: the agent serves rekey/quit.
	CanQuit bool `json:"canQuit,omitempty"`
}

// SchemaError means that the agent and its client have no common version of
// Rekey's own part of the protocol, because one of them was updated while the
// other was running.
type SchemaError struct {
	// Version is the agent's, "" if it does not say.
	Version string
	// Newer: the agent is newer than its client, otherwise older.
	Newer bool
}

// AsFault implements fault.Coded.
func (e *SchemaError) AsFault() *fault.Fault {
	if e.Newer {
		return fault.New("agent_newer", "the running Rekey is newer than this program and does not understand it; install the same version of both")
	}
	return fault.New("agent_older", "the running Rekey is older than this program and does not understand it; restart Rekey")
}

// Error implements error.
func (e *SchemaError) Error() string { return e.AsFault().Error() }

// compare returns a *SchemaError if an agent and a client have no common
// version.
func compare(agent program, client schemas) error {
	if agent.Schema.meets(client) {
		return nil
	}
	return &SchemaError{Version: agent.Version, Newer: agent.Schema.Newest > client.Newest}
}
