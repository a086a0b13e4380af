//go:build race

package program_test

// underRace tells whether the race detector is on.
const underRace = true
