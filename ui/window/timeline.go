package window

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/auth"
	"rekey/ui/words"
)

// Line is one line of the timeline: an activity or, without a Time, the day of
// the activities below it.
type Line struct {
	Time, Text string
	Importance widget.Importance
}

// TimelineOf returns the lines for the activities in list, which is oldest
// first, in now's zone and in the language of w. The newest line is first.
// limit is the maximum number of activities; 0 means no limit.
func TimelineOf(w words.Words, list []auth.Activity, now time.Time, limit int) (lines []Line) {
	day := ""
	for i, a := range slices.Backward(list) {
		if limit > 0 && len(list)-i > limit {
			break
		}
		if d := w.ActivityDay(a, now); d != day {
			day = d
			lines = append(lines, Line{Text: words.Capital(day)})
		}
		lines = append(lines, Line{w.ActivityTime(a, now), w.ActivityText(a), importance(a.Kind)})
	}
	return lines
}

func importance(k auth.ActivityKind) widget.Importance {
	switch k {
	case auth.ActivityRefused:
		return widget.DangerImportance
	case auth.ActivityFailed, auth.ActivityLost, auth.ActivityUnsaved:
		return widget.WarningImportance
	}
	return widget.MediumImportance
}

// firstLines is how many activities the timeline shows at first.
const firstLines = 25

// timeline are the widgets of the activity. Like all widgets they are touched
// on Fyne's goroutine only.
type timeline struct {
	words   words.Words
	all     bool // the user has asked for the earlier ones too
	shown   []Line
	note    *widget.Label
	lines   *fyne.Container
	earlier *button
	root    fyne.CanvasObject
}

func newTimeline(w words.Words, p page, onEarlier func()) *timeline {
	t := &timeline{words: w, note: newLabel(), lines: container.New(tight())}
	t.earlier = newButton(p, w.Say("window.earlier"), func() {
		t.all = true
		onEarlier()
	})
	t.earlier.Importance = widget.LowImportance
	t.root = container.NewVBox(t.note, t.lines, container.NewHBox(t.earlier))
	return t
}

// show fills in the activities, or why they are unknown. Where there is some,
// an empty list is one that is still on its way.
func (t *timeline) show(list []auth.Activity, some bool, problem error, now time.Time) {
	limit := firstLines
	if t.all {
		limit = 0
	}
	setVisible(t.earlier, !t.all && len(list) > limit)
	switch {
	case problem != nil:
		fill(t.note, t.words.Say("window.activity_unread", "Why", words.Line(t.words.Error(problem))))
	case len(list) == 0 && !some:
		fill(t.note, t.words.Say("window.nothing_yet"))
	default:
		fill(t.note, "")
	}
	lines := TimelineOf(t.words, list, now, limit)
	if slices.Equal(lines, t.shown) {
		return
	}
	t.shown = lines
	t.lines.Objects = nil
	var form *fyne.Container
	for _, line := range lines {
		if line.Time == "" {
			form = container.New(table{-theme.InnerPadding() - theme.LineSpacing()})
			above := theme.InnerPadding()
			if len(t.lines.Objects) == 0 {
				above = 0
			}
			t.lines.Add(container.New(layout.NewCustomPaddedLayout(above, 0, 0, 0), newName(line.Text, true)))
			t.lines.Add(form)
			continue
		}
		text := newLabel()
		text.Importance = line.Importance
		text.SetText(line.Text)
		form.Add(newName(line.Time, false))
		form.Add(text)
	}
	t.lines.Refresh()
}
