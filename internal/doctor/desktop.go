package doctor

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"rekey/internal/autostart"
)

// panel checks whether a panel shows the icon.
func (in Inputs) panel(ctx context.Context) (f found) {
	if in.Panel == nil {
		f.word(FactPanel, "", WordNotLooked)
		return f
	}
	if err := in.Panel(ctx); err != nil {
		f.word(FactPanel, "", WordNo)
		if in.onGNOME() {
			f.finding(FindNoPanelGNOME, Warning, "")
		} else {
			f.finding(FindNoPanel, Note, "", "Why", err)
		}
		return f
	}
	f.word(FactPanel, "", WordYes)
	return f
}

// notifications looks for the program that shows notifications.
func (in Inputs) notifications(ctx context.Context) (f found) {
	if in.Notifications == nil {
		f.word(FactNotifications, "", WordNotLooked)
		return f
	}
	name, err := in.Notifications(ctx)
	if err != nil {
		f.word(FactNotifications, "", WordNo)
		f.finding(FindNoNotifications, Warning, "", "Why", err)
		return f
	}
	f.fact(FactNotifications, "", name)
	return f
}

// desktop examines which other parts of Rekey are installed.
func (in Inputs) desktop(context.Context) (f found) {
	unserved := autostart.Unserved(in.Getenv)
	entry := false
	if in.Autostart == nil {
		f.word(FactAutostart, "", WordNotLooked)
	} else if on, err := in.Autostart.Enabled(); err != nil {
		f.facts = append(f.facts, Fact{Code: FactAutostart, Value: err.Error(), Word: WordUnknown})
	} else if entry = on; on {
		f.word(FactAutostart, "", WordOn)
	} else {
		f.word(FactAutostart, "", WordOff)
	}
	unit := autostart.UnitEnabled(autostart.Options{Getenv: in.Getenv, UserHome: in.UserHome})
	if unit {
		f.word(FactUnit, "", WordOn)
	}
	switch {
	case entry && unserved != "" && !unit:
		f.finding(FindNoAutostart, Note, "", "Desktop", unserved)
	case entry && unserved == "" && unit:
		f.finding(FindTwoStarts, Note, "")
	}
	if in.Window == nil {
		f.word(FactWindow, "", WordNotLooked)
		return f
	}
	if err := in.Window(); err != nil {
		f.word(FactWindow, "", WordNo)
		f.finding(FindNoWindow, Note, "", "Why", err)
		return f
	}
	f.word(FactWindow, "", WordYes)
	if in.onGNOME() && in.Getenv("WAYLAND_DISPLAY") != "" && !in.drawsTitles() {
		f.finding(FindNoTitleBar, Warning, "")
	}
	return f
}

func (in Inputs) onGNOME() bool {
	return slices.Contains(strings.Split(in.Getenv("XDG_CURRENT_DESKTOP"), ":"), "GNOME")
}

// drawsTitles reports whether libdecor is installed with a plugin. GNOME on
// Wayland leaves title bars to programs, and GLFW uses libdecor for them.
func (in Inputs) drawsTitles() bool {
	for _, folder := range []string{"usr/lib", "usr/lib64", "usr/lib/*-linux-gnu*", "usr/local/lib"} {
		library, _ := filepath.Glob(filepath.Join("/", in.root, folder, "libdecor-0.so.0*"))
		plugin, _ := filepath.Glob(filepath.Join("/", in.root, folder, "libdecor/plugins-1/*.so"))
		if len(library) > 0 && len(plugin) > 0 {
			return true
		}
	}
	return false
}
