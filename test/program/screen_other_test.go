//go:build unix && !linux

package program_test

import "testing"

// testScreen opens terminals as Linux does.
func testScreen(t *testing.T, _ string) { t.Log("terminals are opened on Linux only") }
