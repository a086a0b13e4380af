//go:build !race

package kit

// underRace tells whether the race detector is on.
const underRace = false
