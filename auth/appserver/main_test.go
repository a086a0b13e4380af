package appserver_test

import (
	"os"
	"testing"

	"rekey/test/kit"
)

func TestMain(m *testing.M) { os.Exit(kit.Main(m)) }
