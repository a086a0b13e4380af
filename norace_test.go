//go:build !race

package main_test

// underRace tells whether the race detector is on.
const underRace = false
