package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// factRow are the widgets of one fact.
type factRow struct {
	mark  *widget.Icon
	name  *widget.RichText
	head  *fyne.Container // mark and name
	value *widget.Label
}

// facts are the three truths, a sign, a name and a value each.
type facts struct {
	rows []factRow
	root *fyne.Container
}

func newFacts() *facts { return &facts{root: container.New(table{-theme.InnerPadding()})} }

// show fills in the facts that have a value.
func (f *facts) show(list []Fact) {
	for len(f.rows) < len(list) {
		row := factRow{mark: widget.NewIcon(nil), name: newName("", false), value: newLabel()}
		row.head = container.NewHBox(row.mark, row.name)
		f.rows = append(f.rows, row)
		f.root.Add(row.head)
		f.root.Add(row.value)
	}
	for i, row := range f.rows {
		var fact Fact
		if i < len(list) {
			fact = list[i]
		}
		if name := row.name.Segments[0].(*widget.TextSegment); name.Text != fact.Name {
			name.Text = fact.Name
			row.name.Refresh()
		}
		row.mark.SetResource(fact.Mark.sign())
		fill(row.value, fact.Value)
		setVisible(row.head, fact.Value != "")
	}
}

// sign is the mark's icon. Its shape has the same meaning as its colour.
func (m Mark) sign() fyne.Resource {
	switch m {
	case MarkYes:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon())
	case MarkMaybe:
		// Unknown is nothing to worry about.
		return theme.NewColoredResource(theme.QuestionIcon(), theme.ColorNamePlaceHolder)
	case MarkNo:
		return theme.NewErrorThemedResource(theme.CancelIcon())
	}
	return nil
}
