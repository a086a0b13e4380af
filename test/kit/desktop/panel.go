//go:build linux

package desktop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// panelConfig is a panel along the top with nothing in it but the tray, at its
// left end. @DARK@ is true for a dark one, as Xfce's is.
const panelConfig = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="@DARK@"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
`

// xfconf is who keeps the panel's settings. No service starts by itself on the
// desktop's bus.
const xfconf = "org.xfce.Xfconf"

// StartPanel starts a real panel with a tray, dark as Xfce's is, and a window
// manager, on the display. The panel is the StatusNotifierWatcher: not together
// with StartWatcher.
func (d *Desktop) StartPanel(t testing.TB) *Process {
	t.Helper()
	return d.startPanel(t, true)
}

// StartLightPanel is StartPanel with a light panel.
func (d *Desktop) StartLightPanel(t testing.TB) *Process {
	t.Helper()
	return d.startPanel(t, false)
}

func (d *Desktop) startPanel(t testing.TB, dark bool) *Process {
	t.Helper()
	Require(t, WindowManager, PanelProgram)
	dir := filepath.Join(d.dirs()["XDG_CONFIG_HOME"], "xfce4", "xfconf", "xfce-perchannel-xml")
	must.Do(t, os.MkdirAll(dir, 0o700))
	config := strings.ReplaceAll(panelConfig, "@DARK@", strconv.FormatBool(dark))
	must.Do(t, os.WriteFile(filepath.Join(dir, "xfce4-panel.xml"), []byte(config), 0o600))
	d.Start(t, nil, string(WindowManager))
	d.Start(t, nil, serviceProgram(t, xfconf))
	d.WaitForOwner(t, xfconf)
	return d.StartPanelAgain(t)
}

// StartPanelAgain starts the panel of StartPanel once more, after it has ended.
func (d *Desktop) StartPanelAgain(t testing.TB) *Process {
	t.Helper()
	p := d.Start(t, nil, string(PanelProgram), "--disable-wm-check")
	d.WaitForPanel(t)
	return p
}

// WaitForPanel waits until a panel shows tray icons.
func (d *Desktop) WaitForPanel(t testing.TB) {
	t.Helper()
	d.waitForOwner(t, watcherName, true)
}

// WaitForNotifier waits until somebody shows notifications.
func (d *Desktop) WaitForNotifier(t testing.TB) {
	t.Helper()
	d.waitForOwner(t, notifyName, true)
}

// WaitForNoNotifier waits until nobody does.
func (d *Desktop) WaitForNoNotifier(t testing.TB) {
	t.Helper()
	d.waitForOwner(t, notifyName, false)
}

// WaitForNoPanel waits until no panel shows tray icons: what belongs to a panel
// that was killed ends after it.
func (d *Desktop) WaitForNoPanel(t testing.TB) {
	t.Helper()
	d.waitForOwner(t, watcherName, false)
}

// serviceProgram is the program that a D-Bus service is started with.
func serviceProgram(t testing.TB, service string) string {
	t.Helper()
	description, err := os.ReadFile("/usr/share/dbus-1/services/" + service + ".service")
	if err != nil {
		kit.Missing(t, service+": "+err.Error())
	}
	for line := range strings.Lines(string(description)) {
		if program, ok := strings.CutPrefix(strings.TrimSpace(line), "Exec="); ok {
			return program
		}
	}
	t.Fatalf("%s.service says no program", service)
	return ""
}

// Type lets the mouse and the keyboard of the display do something, in the
// words of xdotool: "mousemove", "16", "16", "click", "3".
func (d *Desktop) Type(t testing.TB, words ...string) {
	t.Helper()
	Require(t, Mouse)
	mouse := exec.Command(string(Mouse), words...)
	mouse.Env = d.Environ()
	if out, err := mouse.CombinedOutput(); err != nil {
		t.Fatalf("xdotool %v: %v\n%s", words, err, out)
	}
}

// OpenMenu clicks on the only icon in the panel, as its user would.
func (d *Desktop) OpenMenu(t testing.TB) { d.Type(t, "mousemove", "16", "16", "click", "3") }

// CloseMenu closes what OpenMenu opened.
func (d *Desktop) CloseMenu(t testing.TB) { d.Type(t, "key", "Escape") }
