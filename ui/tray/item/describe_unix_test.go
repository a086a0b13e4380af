//go:build linux || freebsd || openbsd || netbsd

package item_test

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit/must"
)

// TestIntrospect: the descriptions are complete, and what they name is there.
func TestIntrospect(t *testing.T) {
	s := start(t)
	for path, iface := range map[dbus.ObjectPath]string{itemPath: itemIface, menuPath: menuIface} {
		var text string
		must.Do(t, s.call(path, "org.freedesktop.DBus.Introspectable.Introspect", nil, &text))
		var described struct {
			Interfaces []struct {
				Name    string `xml:"name,attr"`
				Methods []struct {
					Name string `xml:"name,attr"`
				} `xml:"method"`
				Properties []struct {
					Name string `xml:"name,attr"`
					Type string `xml:"type,attr"`
				} `xml:"property"`
			} `xml:"interface"`
		}
		must.Do(t, xml.Unmarshal([]byte(text), &described))
		var names []string
		for _, i := range described.Interfaces {
			names = append(names, i.Name)
			for _, m := range i.Methods {
				// Without arguments most fail, but none is unknown.
				err := s.conn.Object(s.name, path).Call(i.Name+"."+m.Name, 0).Err
				if err != nil && strings.Contains(err.Error(), "nknown") {
					t.Errorf("%s.%s is described and fails: %v", i.Name, m.Name, err)
				}
			}
			if i.Name != iface {
				continue
			}
			var all map[string]dbus.Variant
			must.Do(t, s.call(path, props+".GetAll", []any{iface}, &all))
			if len(all) != len(i.Properties) {
				t.Errorf("%s has %d properties, and %d are described", iface, len(all), len(i.Properties))
			}
			for _, p := range i.Properties {
				var one dbus.Variant
				must.Do(t, s.call(path, props+".Get", []any{iface, p.Name}, &one))
				if got := one.Signature().String(); got != p.Type {
					t.Errorf("%s is %q, and described as %q", p.Name, got, p.Type)
				}
			}
		}
		if want := []string{iface, props, "org.freedesktop.DBus.Introspectable"}; !slices.Equal(names, want) {
			t.Errorf("%s describes %q, want %q", path, names, want)
		}
	}
}
