package autostart

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"
)

const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
	valueName   = "Rekey"
)

func system(o Options) (Login, error) {
	program, err := o.program()
	if err != nil {
		return nil, err
	}
	command, err := formatCommand(program)
	if err != nil {
		return nil, err
	}
	return run{valueName, command}, nil
}

// run is a value of the registry's Run key of this user.
type run struct{ name, command string }

// Enabled implements Login.
func (r run) Enabled() (bool, error) {
	command, err := withKey(runKey, registry.QUERY_VALUE, func(k registry.Key) (string, error) {
		text, _, err := k.GetStringValue(r.name)
		return text, err
	})
	if err != nil || command == "" {
		return false, err
	}
	setting, err := withKey(approvedKey, registry.QUERY_VALUE, func(k registry.Key) ([]byte, error) {
		data, _, err := k.GetBinaryValue(r.name)
		return data, err
	})
	return approved(setting), err
}

// File implements Login: the registry is no file.
func (r run) File() string { return "" }

// Set implements Login.
func (r run) Set(on bool) error {
	forget := func(k registry.Key) (struct{}, error) { return struct{}{}, k.DeleteValue(r.name) }
	if !on {
		_, err := withKey(runKey, registry.SET_VALUE, forget)
		return err
	}
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("opening the registry's Run key: %w", err)
	}
	if err := errors.Join(k.SetStringValue(r.name, r.command), k.Close()); err != nil {
		return fmt.Errorf("writing the registry's Run key: %w", err)
	}
	_, err = withKey(approvedKey, registry.SET_VALUE, forget)
	return err
}

// withKey calls do with a key of this user's registry. A missing key or value
// gives the zero value and is not an error.
func withKey[T any](path string, access uint32, do func(registry.Key) (T, error)) (result T, err error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, path, access)
	if err == nil {
		defer func() { _ = k.Close() }()
		result, err = do(k)
	}
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		return result, fmt.Errorf("the registry's key %s: %w", path, err)
	}
	return result, nil
}
