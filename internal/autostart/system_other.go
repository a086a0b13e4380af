//go:build !windows && !darwin

package autostart

func system(o Options) (Login, error) { return newFreedesktop(o), nil }
