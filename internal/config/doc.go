// Package config is Rekey's configuration: one TOML file that the user edits
// and the faces change, overridden by the environment, overridden by the
// command line.
//
// An invalid key does not affect the others: Load returns the valid settings
// and a Problem for each invalid line. Change edits keys and leaves every other
// byte as the user wrote it.
//
// The package reads and writes only that file. Its functions may be
// called from any goroutine; a Settings is a value.
package config
