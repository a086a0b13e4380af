// Package ui holds every face of the program. No face holds logic: a face
// subscribes to an auth.Session's State and renders it, and hands clicks back.
//
// The faces open no credential and speak to no network: neither this package
// nor any below it imports os, net or net/http. What they know and do goes
// through a Session, which is the agent in the same process or a client of the
// agent's socket in another.
package ui
