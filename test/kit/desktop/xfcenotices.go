//go:build linux

package desktop

import (
	"fmt"
	"image/color"
	"os/exec"
	"testing"
)

// StartXfceNotifier starts Xfce's notification daemon, whose notifications show
// their buttons. It needs StartPanel's settings.
func (d *Desktop) StartXfceNotifier(t testing.TB) *Process {
	t.Helper()
	p := d.Start(t, nil, serviceProgram(t, "org.xfce.xfce4-notifyd.Notifications"))
	d.waitForOwner(t, notifyName)
	return p
}

// Paint fills what is behind all windows with a colour.
func (d *Desktop) Paint(t testing.TB, c color.RGBA) {
	t.Helper()
	Require(t, Painter)
	painter := exec.Command(string(Painter), "-solid", fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
	painter.Env = d.Environ()
	if out, err := painter.CombinedOutput(); err != nil {
		t.Fatalf("paint the display: %v\n%s", err, out)
	}
}
