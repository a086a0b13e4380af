package usage

import (
	"testing"
	"time"
)

func window(minutes int, used float64, left time.Duration) Window {
	return Window{Limit: MainLimit, Minutes: minutes, UsedPercent: &used, ResetsAt: noon.Add(left), ToldAt: noon}
}

func TestTightest(t *testing.T) {
	unknown := Window{Limit: MainLimit, Minutes: 1440}
	tests := map[string]struct {
		windows []Window
		want    int // minutes, 0 for none
	}{
		"none":                 {nil, 0},
		"unknown":              {[]Window{unknown}, 0},
		"the fullest":          {[]Window{window(300, 12, time.Hour), unknown, window(10080, 40, 24*time.Hour)}, 10080},
		"the one that is full": {[]Window{window(300, 100, time.Hour), window(10080, 99, 24*time.Hour)}, 300},
		"the last reset":       {[]Window{window(300, 180, time.Hour), window(10080, 100, 24*time.Hour)}, 10080},
	}
	for name, test := range tests {
		got, ok := Usage{Windows: test.windows}.Tightest()
		if got.Minutes != test.want || ok != (test.want != 0) {
			t.Errorf("%s: got %+v %t, want %d", name, got, ok, test.want)
		}
	}
}

// TestAt holds that a reset that has passed makes a window unknown and not empty.
func TestAt(t *testing.T) {
	u := Usage{Windows: []Window{window(300, 80, time.Hour), window(10080, 40, 24*time.Hour)},
		SpendLimit: &SpendLimit{Limit: "100", Used: "20", UsedPercent: percent(20), ResetsAt: noon.Add(time.Hour)}}
	if now := u.At(noon.Add(time.Hour - 1)); now.Windows[0].UsedPercent == nil || now.SpendLimit.UsedPercent == nil {
		t.Errorf("before the reset: %s", show(now))
	}
	now := u.At(noon.Add(time.Hour))
	if w := now.Windows[0]; w.UsedPercent != nil || !w.ResetsAt.IsZero() || w.Minutes != 300 {
		t.Errorf("after the reset: %s", show(w))
	}
	if now.Windows[1].UsedPercent == nil || now.SpendLimit.UsedPercent != nil || now.SpendLimit.Limit != "100" {
		t.Errorf("after the reset: %s", show(now))
	}
	if u.Windows[0].UsedPercent == nil || u.SpendLimit.UsedPercent == nil {
		t.Error("At has changed what it was asked about")
	}
}

func TestFullAt(t *testing.T) {
	tests := map[string]struct {
		window Window
		want   time.Time // zero for not
	}{
		"too fast":        {window(300, 50, 4*time.Hour), noon.Add(time.Hour)},
		"slow enough":     {window(300, 50, 2*time.Hour), time.Time{}},
		"full":            {window(300, 100, 2*time.Hour), time.Time{}},
		"hardly begun":    {window(300, 50, 4*time.Hour+55*time.Minute), time.Time{}},
		"hardly used":     {window(300, 4, 4*time.Hour), time.Time{}},
		"length unknown":  {window(0, 50, 4*time.Hour), time.Time{}},
		"percent unknown": {Window{Minutes: 300, ResetsAt: noon.Add(time.Hour)}, time.Time{}},
		"reset unknown":   {Window{Minutes: 300, UsedPercent: percent(50)}, time.Time{}},
	}
	for name, test := range tests {
		at, ok := test.window.FullAt(noon)
		if ok != !test.want.IsZero() || ok && !at.Equal(test.want) {
			t.Errorf("%s: got %s %t, want %s", name, at, ok, test.want)
		}
	}
	if part, ok := window(300, 50, 4*time.Hour).Gone(noon); !ok || part < 0.199 || part > 0.201 {
		t.Errorf("gone: %f %t, want 0.2", part, ok)
	}
}
