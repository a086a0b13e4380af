package autostart

import (
	"testing"

	"golang.org/x/sys/windows/registry"

	"rekey/test/kit/must"
)

// TestRegistry works on a value of the test's own in the real registry.
func TestRegistry(t *testing.T) {
	l := run{"Rekey-Test", `"C:\Program Files\Rekey\rekey.exe"`}
	t.Cleanup(func() {
		if err := l.Set(false); err != nil {
			t.Error(err)
		}
	})
	expect(t, l, false)
	set(t, l, false)
	set(t, l, true)
	set(t, l, true)
	command, err := withKey(runKey, registry.QUERY_VALUE, func(k registry.Key) (string, error) {
		text, _, err := k.GetStringValue(l.name)
		return text, err
	})
	if err != nil || command != l.command {
		t.Errorf("the registry has %q (%v), want %q", command, err, l.command)
	}

	// As the task manager switches it off.
	k, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	must.Do(t, err)
	must.Do(t, k.SetBinaryValue(l.name, []byte{3, 0, 0, 0, 0x18, 0x8c, 0x3a, 0x17, 0xe1, 0xd6, 0xd8, 0x01}))
	must.Do(t, k.Close())
	expect(t, l, false)
	set(t, l, true)
	set(t, l, false)
}
