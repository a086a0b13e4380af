package program_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// screen is a terminal that a program's output goes to.
type screen struct {
	front, back *os.File // the terminal's side and the program's
}

// newScreen opens a terminal of so many columns (see ptmx(4)).
func newScreen(t *testing.T, columns int) *screen {
	t.Helper()
	front := must.Get(os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0))(t)
	t.Cleanup(func() { _ = front.Close() })
	number, err := unix.IoctlGetInt(int(front.Fd()), unix.TIOCGPTN)
	err = errors.Join(err,
		unix.IoctlSetPointerInt(int(front.Fd()), unix.TIOCSPTLCK, 0),
		unix.IoctlSetWinsize(int(front.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: uint16(columns)}))
	must.Do(t, err)
	back := must.Get(os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0))(t)
	t.Cleanup(func() { _ = back.Close() })
	return &screen{front, back}
}

// shows runs the program on the screen to its end and returns what it showed.
// meanwhile is what its user does, nil for nothing.
func (b *sandboxed) shows(s *screen, code int, meanwhile func(), args ...string) string {
	b.t.Helper()
	cmd := b.command(args...)
	cmd.Stdout, cmd.Stderr = s.back, s.back
	must.Do(b.t, cmd.Start())
	_ = s.back.Close() // the screen ends with the program
	shown := make(chan string, 1)
	go func() {
		var text bytes.Buffer
		_, _ = text.ReadFrom(s.front) // ends with EIO
		shown <- strings.ReplaceAll(text.String(), "\r\n", "\n")
	}()
	if meanwhile != nil {
		meanwhile()
	}
	_ = cmd.Wait()
	text := <-shown
	_, _ = fmt.Fprintf(b, "%v\n%s", cmd.Args, text)
	if got := cmd.ProcessState.ExitCode(); got != code {
		b.t.Errorf("rekey %s ends with %d, want %d", strings.Join(args, " "), got, code)
	}
	return text
}

// TestScreen: colours on a terminal that wants them, and nowhere else; lines
// that fit it.
func TestScreen(t *testing.T) {
	t.Parallel()
	const escape = "\x1b["
	tests := map[string]struct {
		env     []string
		columns int
		want    string
	}{
		"a terminal":        {[]string{"TERM=xterm"}, 80, escape + "1;31mSign in again: the sign-in was revoked" + escape + "0m\nada@example.com · Pro\n"},
		"a narrow terminal": {[]string{"TERM=xterm"}, 30, escape + "1;31mSign in again: the sign-in was" + escape + "0m\n" + escape + "1;31mrevoked" + escape + "0m\nada@example.com"},
		"NO_COLOR":          {[]string{"TERM=xterm", "NO_COLOR=1"}, 80, "Sign in again: the sign-in was revoked\nada@example.com · Pro\n"},
		"a dumb terminal":   {[]string{"TERM=dumb"}, 80, "Sign in again: the sign-in was revoked\nada@example.com · Pro\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.extra = tt.env
			b.signIn(-time.Hour)
			b.Server.RevokeAll()
			b.rekey(cli.ExitSignInRequired, "refresh")
			if got := b.shows(newScreen(t, tt.columns), cli.ExitSignInRequired, nil, "status"); !strings.HasPrefix(got, tt.want) {
				t.Errorf("it shows\n%q\nwant\n%q", got, tt.want)
			}
			if r := b.rekey(cli.ExitSignInRequired, "status"); strings.Contains(r.out, escape) {
				t.Errorf("there are colours in what goes elsewhere: %q", r.out)
			}
			b.rekey(cli.ExitOK, "prompt")
		})
	}
	t.Run("a token", func(t *testing.T) {
		t.Parallel()
		b := newSandbox(t)
		b.mayPrint = true
		b.signIn(time.Hour)
		if got := b.shows(newScreen(t, 80), cli.ExitOK, nil, "token"); got != b.accessToken()+"\nrekey: Anyone who sees this token can use your account until it expires; do not share it.\n" {
			t.Errorf("it shows %q", got)
		}
	})
	t.Run("a code", func(t *testing.T) {
		t.Parallel()
		b := newSandbox(t)
		b.extra = []string{"TERM=xterm"}
		enter := func() {
			must.Do(t, b.Server.ApproveDevice(b.deviceCode()))
		}
		got := b.shows(newScreen(t, 80), cli.ExitOK, enter, "login", "--device")
		for _, want := range []string{escape + "30;107m", "▀", "\r" + escape + "KWaiting; the code works for another 1", signedIn + "\n" + pickUp + "\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("it shows\n%q\nwithout %q", got, want)
			}
		}
	})
}
