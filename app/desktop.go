package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rekey/assets"
	"rekey/auth"
	"rekey/internal/safefile"
	"rekey/internal/userdir"
	"rekey/ui/notify"
	"rekey/ui/tray"
)

// noPanel is the message for a desktop on which no panel shows the icon.
func noPanel() (id string) {
	if tray.OnGNOME(os.Getenv("XDG_CURRENT_DESKTOP")) {
		return "tell.no_panel_gnome"
	}
	return "tell.no_panel"
}

// panelHint says what this desktop needs to show the icon, "" for nothing or if
// unknown.
func (w wiring) panelHint(ctx context.Context) string {
	if noPanel() == "tell.no_panel_gnome" && errors.Is(tray.Probe(ctx, ""), tray.ErrNoPanel) {
		return w.words.Say("tell.no_panel_gnome")
	}
	return ""
}

// gnomeNotice is the id of the notice that is shown once ever.
const gnomeNotice = "gnome-appindicator"

// explainGNOME tells GNOME users once, by a notification, which extension shows
// the icon, if it is still not shown some seconds after the start. It returns
// when ctx is done.
func (w wiring) explainGNOME(ctx context.Context, s auth.Session, bus string) error {
	defer func() { <-ctx.Done() }()
	timer := time.NewTimer(noticePatience)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-timer.C:
	}
	text := w.panelHint(ctx)
	if text == "" {
		return nil
	}
	if ours, err := s.ClaimNotice(ctx, gnomeNotice); err != nil || !ours {
		return nil // at worst it is shown next time
	}
	icon, _ := assets.AppIcon(64) // drawn from our own file
	desktop := notify.NewDesktop(bus)
	defer desktop.Close()
	_ = desktop.Show(ctx, notify.Notification{Title: w.words.Say("tell.no_panel_gnome_title"), Body: text, Icon: icon})
	return nil
}

// maxColours is the largest kdeglobals that is read, in bytes.
const maxColours = 1 << 20

// kdeColours reports whether Plasma's colours in kdeglobals are dark, and
// whether they are known.
func kdeColours() (dark, known bool) {
	file, err := safefile.Read(filepath.Join(userdir.Config(os.Getenv, userHome()), "kdeglobals"), maxColours)
	if err != nil {
		return false, false
	}
	group := ""
	for line := range strings.Lines(string(file.Data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if group != "[Colors:Window]" || name != "BackgroundNormal" {
			continue
		}
		var red, green, blue int
		if _, err := fmt.Sscanf(value, "%d,%d,%d", &red, &green, &blue); err != nil {
			return false, false
		}
		return red+green+blue < 3*128, true
	}
	return false, false
}
