//go:build unix && !linux

package program_test

import (
	"os"
	"testing"

	"rekey/test/kit"
)

func TestMain(m *testing.M) { os.Exit(kit.RunAtRoot(m)) }
