//go:build unix

package program_test

import (
	"os"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/browser"
)

func TestMain(m *testing.M) {
	if browser.IsStandIn() {
		browser.StandIn()
		return
	}
	os.Exit(kit.RunAtRoot(m))
}
