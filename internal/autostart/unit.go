package autostart

import (
	"os"
	"path/filepath"
)

// unit is systemd's name for the keeper without a desktop.
const unit = "rekey.service"

// UnitEnabled reports whether systemd starts rekey.service for this user: by the
// link that "systemctl --user enable" makes, or root's for everybody.
func UnitEnabled(o Options) bool {
	own := o.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(own) {
		own = filepath.Join(o.UserHome, ".config")
	}
	for _, dir := range []string{filepath.Join(own, "systemd", "user"), "/etc/systemd/user"} {
		if _, err := os.Lstat(filepath.Join(dir, "default.target.wants", unit)); err == nil {
			return true
		}
	}
	return false
}
