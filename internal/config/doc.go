// Package config is Rekey's configuration: one TOML file that the user edits
// and the faces change, the environment over it, and the command line over both.
//
// A key that cannot be used never takes the others with it: Load returns the
// settings that hold and, beside them, a Problem for each line that does not.
// Change edits one key's value and leaves every other byte as its owner wrote it.
//
// The package reads and writes that file and nothing else. Its functions may be
// called from any goroutine; a Settings is a value.
package config
