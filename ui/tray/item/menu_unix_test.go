//go:build linux || freebsd || openbsd || netbsd

package item_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/tray/item"
)

// node is a line with what is below it.
type node struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// String is the line and what is below it in one line.
func (n node) String() string {
	out := fmt.Sprint(n.ID)
	for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
		out += fmt.Sprintf(" %s=%v", name, n.Properties[name].Value())
	}
	var below []string
	for _, child := range n.Children {
		var c node
		if err := dbus.Store([]any{child.Value()}, &c); err != nil {
			return err.Error()
		}
		below = append(below, c.String())
	}
	if len(below) > 0 {
		out += " [" + strings.Join(below, "; ") + "]"
	}
	return out
}

// layout is what GetLayout says.
func (s *shower) layout(parent, depth int32, names ...string) string {
	s.t.Helper()
	var revision uint32
	var root node
	must.Do(s.t, s.call(menuPath, menuIface+".GetLayout", []any{parent, depth, append([]string{}, names...)}, &revision, &root))
	if revision != 1 {
		s.t.Errorf("the layout's revision is %d, want the first, because it never changes", revision)
	}
	return root.String()
}

func TestGetLayout(t *testing.T) {
	s := start(t)
	const more = "2 children-display=submenu enabled=true label=_More visible=true"
	for _, tt := range []struct {
		parent, depth int32
		names         []string
		want          string
	}{
		{0, 0, nil, "0 children-display=submenu"},
		{0, 1, []string{"label"}, "0 [1 label=a__b&c; 2 label=_More; 4; 5 label=A _Switch; 6 label=]"},
		{0, 2, []string{"visible", "type"}, "0 [1 visible=true; 2 visible=true [3 visible=true]; 4 type=separator; 5 visible=true; 6 visible=false]"},
		{0, -1, []string{"label"}, "0 [1 label=a__b&c; 2 label=_More [3 label=Inside]; 4; 5 label=A _Switch; 6 label=]"},
		{2, 0, nil, more},
		{2, -1, nil, more + " [3 enabled=true label=Inside visible=true]"},
		{5, 7, nil, "5 enabled=true label=A _Switch toggle-state=1 toggle-type=checkmark visible=true"},
		{6, -1, nil, "6 enabled=false label= visible=false"},
	} {
		if got := s.layout(tt.parent, tt.depth, tt.names...); got != tt.want {
			t.Errorf("GetLayout(%d, %d, %v) = %s, want %s", tt.parent, tt.depth, tt.names, got, tt.want)
		}
	}
	for _, id := range []int32{-1, lines} {
		s.fails(menuPath, "InvalidArgs", menuIface+".GetLayout", id, int32(-1), []string{})
	}
	s.fails(menuPath, "InvalidArgs", menuIface+".GetLayout", "0")
	s.fails(menuPath, "UnknownMethod", menuIface+".GetNothing")
}

func TestGetProperties(t *testing.T) {
	s := start(t)
	group := func(ids []int32, names ...string) (out []string) {
		t.Helper()
		var list []struct {
			ID         int32
			Properties map[string]dbus.Variant
		}
		must.Do(t, s.call(menuPath, menuIface+".GetGroupProperties", []any{ids, append([]string{}, names...)}, &list))
		for _, l := range list {
			out = append(out, node{l.ID, l.Properties, nil}.String())
		}
		return out
	}
	if got, want := group([]int32{3, 99, 1}, "label"), []string{"3 label=Inside", "1 label=a__b&c"}; !slices.Equal(got, want) {
		t.Errorf("GetGroupProperties = %q, want %q: in the order in which they were asked for", got, want)
	}
	if got := group(nil, "enabled"); len(got) != lines {
		t.Errorf("without ids GetGroupProperties = %q, want %d lines", got, lines)
	}
	s.fails(menuPath, "InvalidArgs", menuIface+".GetGroupProperties", int32(1))

	var label dbus.Variant
	must.Do(t, s.call(menuPath, menuIface+".GetProperty", []any{int32(plain), "label"}, &label))
	if label.Value() != "a__b&c" {
		t.Errorf("the label is %v", label)
	}
	s.fails(menuPath, "InvalidArgs", menuIface+".GetProperty", int32(plain), "toggle-state")
	s.fails(menuPath, "InvalidArgs", menuIface+".GetProperty", int32(99), "label")
}

// TestRowsChange: one signal says all that has changed, and no more. A row that goes
// keeps its label.
func TestRowsChange(t *testing.T) {
	s := start(t)
	s.layout(0, -1)
	updated := func() (out []string) {
		t.Helper()
		body := s.next(menuIface + ".ItemsPropertiesUpdated")
		var list []struct {
			ID         int32
			Properties map[string]dbus.Variant
		}
		var removed []struct {
			ID    int32
			Names []string
		}
		must.Do(t, dbus.Store(body, &list, &removed))
		for _, l := range list {
			out = append(out, node{l.ID, l.Properties, nil}.String())
		}
		return append(out, fmt.Sprint(len(removed)))
	}
	rows := shown()
	rows[plain], rows[check].Checked = item.Row{}, false
	rows[hidden] = item.Row{Label: "New", Key: 'w', Enabled: true}
	s.SetRows(rows)
	want := []string{"1 enabled=false visible=false", "5 toggle-state=0", "6 enabled=true label=Ne_w visible=true", "0"}
	if got := updated(); !slices.Equal(got, want) {
		t.Errorf("the signal is %q, want %q", got, want)
	}
	s.SetRows(rows)
	s.SetRows(shown())
	want = []string{"1 enabled=true visible=true", "5 toggle-state=1", "6 enabled=false visible=false", "0"}
	if got := updated(); !slices.Equal(got, want) {
		t.Errorf("the signal is %q, want %q", got, want)
	}
	if got, want := s.layout(hidden, 0), "6 enabled=false label=Ne_w visible=false"; got != want {
		t.Errorf("the hidden row is %s, want %s", got, want)
	}
	if len(s.signals) != 0 {
		t.Errorf("there was the signal %s besides", (<-s.signals).Name)
	}
}

// TestNoTextBreaksTheMenu: a bus takes no text that is not valid UTF-8, and none with a
// zero byte. What others wrote into one row must not hide the others.
func TestNoTextBreaksTheMenu(t *testing.T) {
	s := start(t)
	rows := shown()
	rows[plain], rows[hidden].Label = item.Row{Label: "caf\xe9"}, "zero\x00byte"
	s.SetRows(rows)
	s.SetTooltip("tip\xff\x00")
	if got, want := s.layout(0, -1, "label"), "0 [1 label=caf\uFFFD; 2 label=_More [3 label=Inside]; 4; 5 label=A _Switch; 6 label=zero\uFFFDbyte]"; got != want {
		t.Errorf("the menu is %s, want %s", got, want)
	}
	var tip dbus.Variant
	must.Do(t, s.call(itemPath, props+".Get", []any{itemIface, "ToolTip"}, &tip))
	if got, want := fmt.Sprint(tip.Value()), "[ [] tip\uFFFD\uFFFD ]"; got != want {
		t.Errorf("the tooltip is %s, want %s", got, want)
	}
}

// TestMenuIsAnsweredInOrder: the answers to questions about the menu come in the
// questions' order, and with the signals between them in theirs: whoever believes the
// last one has it right.
func TestMenuIsAnsweredInOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	const rounds = 50
	replies := make(chan *dbus.Call, 2*rounds)
	menu := s.conn.Object(s.name, menuPath)
	var asked []*dbus.Call
	all := make([]int32, 0, 100*lines)
	for n := range cap(all) {
		all = append(all, int32(n%lines))
	}
	for range rounds { // a long answer and a short one
		asked = append(asked, menu.Go(menuIface+".GetGroupProperties", 0, replies, all, []string{}),
			menu.Go(menuIface+".GetLayout", 0, replies, int32(inside), int32(0), []string{}))
	}
	var last dbus.Sequence
	for range asked {
		kit.Receive(t, "an answer", replies)
	}
	for n, call := range asked {
		must.Do(t, call.Err)
		if call.ResponseSequence <= last {
			t.Fatalf("answer %d overtook the one before", n)
		}
		last = call.ResponseSequence
	}
}
