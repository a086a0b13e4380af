package store

import (
	"os"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/child"
)

func TestMain(m *testing.M) {
	if !child.Is() {
		os.Exit(kit.Main(m))
	}
	child.Main(m, map[string]func(dir string) int{
		"hold-lock": childHoldLock,
		"rewrite":   childRewrite,
		"increment": childIncrement,
	})
}
