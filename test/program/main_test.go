//go:build unix

package program_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rekey/test/kit/sandbox"
)

// The real program as a user runs it, with neither desktop nor account. Each
// of these is given the program.
func TestProgram(t *testing.T) {
	program := buildProgram(t)
	for name, test := range map[string]func(*testing.T, string){
		"bad input":                  testBadInput,
		"no permission":              testNoPermission,
		"watch follows":              testWatchFollows,
		"watch attaches":             testWatchAttaches,
		"watch without a reader":     testWatchWithoutAReader,
		"no tray":                    testNoTray,
		"no panel":                   testNoPanel,
		"signals":                    testSignals,
		"a signal during a renewal":  testSignalDuringARenewal,
		"status during a renewal":    testStatusDuringARenewal,
		"demo ends":                  testDemoEnds,
		"refresh":                    testRefresh,
		"refused once for all":       testRefusedOnceForAll,
		"agent heeds a refusal":      testAgentHeedsARefusal,
		"nothing sent if not saved":  testNothingSentIfNotSaved,
		"app-server follows":         testAppServerFollows,
		"app-server ends":            testAppServerEnds,
		"usage":                      testUsage,
		"token":                      testToken,
		"token through the agent":    testTokenThroughTheAgent,
		"page about scripts":         testScriptingPage,
		"page about the socket":      testSocketPage,
		"screen":                     testScreen,
		"several homes":              testSeveralHomes,
		"autostart":                  testAutostart,
		"configuration":              testConfiguration,
		"one file for several homes": testConfigurationOfSeveralHomes,
		"doctor":                     testDoctor,
		"login with a code":          testLoginDevice,
		"login as another":           testLoginOther,
		"login given up":             testLoginGivenUp,
		"login refused":              testLoginRefused,
		"login with a key":           testLoginKey,
		"logout":                     testLogout,
		"token interrupted":          testTokenInterrupted,
		"window":                     testWindow,
		"languages":                  testLanguages,
		"no token in what is logged": testNoTokenAnywhere,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, program)
		})
	}
}

// buildProgram builds the program where every user can run it, and with the
// race detector if the tests have it.
func buildProgram(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "built") // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if !underRace {
		program, err := sandbox.Build(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return program
	}
	program := filepath.Join(dir, "rekey")
	build := exec.Command("go", "build", "-race", "-o", program, "rekey")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	return program
}
