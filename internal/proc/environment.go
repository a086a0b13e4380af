package proc

// allowed lists the variables that every child gets. Others, for example one
// with a key, are not passed on.
func allowed() []string {
	return []string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ",
		"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "BROWSER",
		"XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "XDG_DATA_DIRS",
		"XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
		"TMPDIR", "TEMP", "TMP", "WSL_DISTRO_NAME", "WSL_INTEROP",
		"SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "windir",
		"USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "ProgramFiles(x86)",
	}
}

// Environment returns a child's environment as NAME=value: the variables on
// Rekey's list and those in more, if set. lookup is os.LookupEnv or a
// replacement.
func Environment(lookup func(string) (string, bool), more ...string) []string {
	var env []string
	for _, name := range append(allowed(), more...) {
		if value, ok := lookup(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
