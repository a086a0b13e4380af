package window

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"rekey/ui/words"
)

// loanActions are what the buttons of a borrower do.
type loanActions struct {
	push func(id string)
	stop func(row LoanRow)
}

// loansPart are the widgets for whom the sign-in is lent to. Their rows stay, so
// that no button loses the focus when a text changes.
type loansPart struct {
	words words.Words
	page  page
	do    loanActions
	rows  []*loanWidgets
	list  *fyne.Container
	more  fyne.CanvasObject
	root  *fyne.Container
}

// loanWidgets are those of one borrower.
type loanWidgets struct {
	shown      LoanRow
	name, line *widget.Label
	push, stop *button
	root       *fyne.Container
}

func newLoansPart(w words.Words, p page, do loanActions) *loansPart {
	f := &loansPart{words: w, page: p, do: do, list: container.New(column{theme.Padding()})}
	f.more = quiet(w.Say("window.loans_more"))
	f.root = container.New(column{theme.Padding()}, newName(w.Say("window.loans"), true), f.list, f.more)
	return f
}

// newRow is a borrower's row, without texts.
func (f *loansPart) newRow() *loanWidgets {
	r := &loanWidgets{name: newLabel(), line: newLabel()}
	r.name.TextStyle.Bold = true
	r.push = newButton(f.page, f.words.Say("tray.loan_push"), func() { f.do.push(r.shown.ID) })
	r.stop = newButton(f.page, "", func() { f.do.stop(r.shown) })
	r.root = container.New(column{}, container.New(tight(), r.name, r.line),
		container.New(insetLeft(theme.InnerPadding()), side(r.push, r.stop)))
	return r
}

// show fills in v.
func (f *loansPart) show(v LoansView) {
	for len(f.rows) < len(v.Rows) {
		r := f.newRow()
		f.rows = append(f.rows, r)
		f.list.Add(r.root)
	}
	for i, r := range f.rows {
		setVisible(r.root, i < len(v.Rows))
		if i < len(v.Rows) {
			r.show(v.Rows[i])
		}
	}
	setVisible(f.more, v.More)
}

// show fills in one borrower.
func (r *loanWidgets) show(v LoanRow) {
	r.shown = v
	importance := widget.MediumImportance
	if v.Trouble {
		importance = widget.WarningImportance
	}
	for _, label := range []*widget.Label{r.name, r.line} {
		if label.Importance != importance {
			label.Importance = importance
			label.Refresh()
		}
	}
	fill(r.name, v.Heading)
	fill(r.line, v.Line)
	if r.stop.Text != v.Stop {
		r.stop.SetText(v.Stop)
	}
	setVisible(r.push, v.Push)
	setVisible(r.stop, v.Stop != "")
}

// pushLoan has a borrower visited now.
func (w *Window) pushLoan(ctx context.Context, id string) {
	w.start(ctx, "failed.push", func(ctx context.Context, s Connection) error { return s.PushLoan(ctx, id) })
}

// stopLoan ends a loan, after a question if something is taken away by it.
func (w *Window) stopLoan(ctx context.Context, row LoanRow) {
	stop := func() {
		w.start(ctx, "failed.stop_lending", func(ctx context.Context, s Connection) error { return s.StopLoan(ctx, row.ID) })
	}
	if !row.Ask {
		stop()
		return
	}
	w.confirm("window.stop_lending_title", "window.stop_lending_text", "window.stop_lending_yes", stop, "Who", row.Name)
}

// askLoans fetches the loans, if the State says that they have changed.
func (w *Window) askLoans(ctx context.Context, h *home) {
	news, s := h.state.Loans, h.session
	if news == h.lent || s == nil {
		return
	}
	h.lent = news
	w.work.Go(func() {
		list, err := s.Loans(ctx)
		w.do(func() {
			if h.lent != news || ctx.Err() != nil {
				return // newer ones are on their way
			}
			if err == nil {
				h.loans = list
			} else if !errors.Is(err, context.Canceled) {
				w.log.Warn("the loans could not be read", "error", err)
			}
			w.render()
		})
	})
}
