// Package ui holds every face of the program. Faces have no logic: a face
// subscribes to an auth.Session's State, renders it, and passes on clicks.
//
// The faces open no credential and use no network. What they know and do goes
// through a Session, which is the agent in the same process or a client of the
// agent's socket in another.
package ui
