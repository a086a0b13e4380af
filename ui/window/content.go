package window

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"rekey/auth"
	"rekey/ui/words"
)

// actions are what the user can do, called on Fyne's goroutine.
type actions struct {
	main, refresh func()
	other         func(at fyne.CanvasObject) // asks which other way to sign in
	signOut       func()
	change        func(auth.PreferenceChange)
	earlier       func()
	choose        func(home int)
	shortcut      func(fyne.Shortcut)
	signIn        signInActions
	diagnostics   func() // copies them
	log           func() // shows its folder
	quit          func() // ends Rekey
	addAccount    func()
	loans         loanActions
}

// shown is everything that the window shows.
type shown struct {
	view                  View
	tone                  tone
	state                 auth.State
	home                  string // the directory
	homes                 []string
	chosen                int // which of homes
	note, preferencesNote string
	saving                bool // the user's change of a preference is under way
	gone                  bool // there is no agent: what it knew is not shown
	activities            []auth.Activity
	activityProblem       error
	usage                 UsageView
	usageOff              bool  // what the user has chosen about usage
	alertsAt              []int // at which percents, none for never
	aboutNote             string
	loans                 LoansView
	canAdd                bool // another account can be added
	canQuit               bool // Rekey can be ended from here
	now                   time.Time
}

// widest is the maximum width of the content; in a wider window it is centred.
const widest = 640

// leastSize is the minimum size of the window.
func leastSize() fyne.Size { return fyne.NewSize(340, 320) }

// content are the window's widgets, built once and then filled in. They are
// touched on Fyne's goroutine only.
type content struct {
	homes       *choice
	card        *card
	facts       *facts
	usage       *usagePart
	loans       *loansPart
	about       *about
	signIn      *signIn
	tabs        *tabs
	timeline    *timeline
	preferences *preferences
	scroll      *container.Scroll
	onShortcut  func(fyne.Shortcut)
}

func newContent(w words.Words, do actions) *content {
	c := &content{onShortcut: do.shortcut}
	c.homes = newChoice(c, func(string) { do.choose(c.homes.SelectedIndex()) })
	var other *button
	other = newButton(c, w.Say("window.other_method"), func() { do.other(other) })
	c.card = newCard(newButton(c, "", do.main), newButton(c, w.Say("action.refresh"), do.refresh), other)
	c.facts = newFacts()
	c.usage = newUsagePart(w)
	c.loans = newLoansPart(w, c, do.loans)
	c.about = newAbout(w, c, do)
	c.signIn = newSignIn(w, c, do.signIn)
	c.timeline = newTimeline(w, c, do.earlier)
	c.preferences = newPreferences(w, c, do)
	c.tabs = newTabs(c.layOut)
	c.tabs.add(c, w.Say("window.activity"), c.timeline.root)
	c.tabs.add(c, w.Say("window.preferences"), c.preferences.root)
	c.tabs.add(c, w.Say("window.about"), c.about.root)
	c.tabs.build()
	page := container.New(column{theme.InnerPadding()},
		c.homes, c.card.root, c.signIn.root, c.usage.root, c.loans.root, c.facts.root, c.tabs.root)
	c.scroll = container.NewVScroll(container.New(capped(widest), container.New(padded(2*theme.InnerPadding()), page)))
	c.scroll.SetMinSize(leastSize())
	return c
}

// show fills in what is on show.
func (c *content) show(s shown) {
	c.showHomes(s)
	signingIn := s.view.SignIn.Step != ""
	c.card.show(s.view, s.tone, s.note)
	c.signIn.show(s.view.SignIn)
	c.usage.show(s.usage, s.now)
	setVisible(c.usage.root, !signingIn && !s.gone && len(s.usage.Rows)+len(s.usage.Notes) > 0)
	c.loans.show(s.loans)
	setVisible(c.loans.root, !signingIn && !s.gone && len(s.loans.Rows) > 0)
	c.about.show(s.aboutNote, s.canQuit)
	c.facts.show(s.view.Facts)
	setVisible(c.facts.root, !signingIn && !s.gone)
	// A running sign-in hides the tabs.
	setVisible(c.tabs.root, !signingIn && !s.gone)
	c.tabs.render()
	c.timeline.show(s.activities, !s.state.LastActivity.IsZero(), s.activityProblem, s.now)
	if s.saving {
		c.preferences.about(s)
	} else {
		c.preferences.show(s)
	}
	c.layOut()
}

// layOut lays out after changes. It takes two passes, because what is wider in
// the first may be lower in the second.
func (c *content) layOut() {
	for range 2 {
		layOut(c.scroll.Content)
		c.scroll.Refresh()
	}
}

func layOut(o fyne.CanvasObject) {
	box, ok := o.(*fyne.Container)
	if !ok || !box.Visible() {
		return
	}
	if box.Layout != nil {
		box.Layout.Layout(box.Objects, box.Size())
	}
	for _, child := range box.Objects {
		layOut(child)
	}
}

// shows reports whether o is visible in the content.
func (c *content) shows(o fyne.CanvasObject) bool { return within(c.scroll.Content, o) }

func within(root, o fyne.CanvasObject) bool {
	if !root.Visible() {
		return false
	}
	box, ok := root.(*fyne.Container)
	if !ok {
		return root == o
	}
	return slices.ContainsFunc(box.Objects, func(child fyne.CanvasObject) bool { return within(child, o) })
}

// showHomes offers the homes if there is more than one.
func (c *content) showHomes(s shown) {
	setVisible(c.homes, len(s.homes) > 1)
	if len(s.homes) < 2 {
		return
	}
	c.homes.Options = s.homes
	if c.homes.Selected != s.homes[s.chosen] {
		c.homes.Selected = s.homes[s.chosen]
		c.homes.Refresh()
	}
}

// reveal implements page.
func (c *content) reveal(o fyne.CanvasObject) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).
		Subtract(fyne.CurrentApp().Driver().AbsolutePositionForObject(c.scroll.Content))
	view, margin := c.scroll.Size().Height, theme.InnerPadding()
	switch top, bottom := at.Y-margin, at.Y+o.Size().Height+margin; {
	case o.Size().Height == 0: // in a dialog, or nowhere yet
		return
	case top < c.scroll.Offset.Y:
		c.scrollTo(top)
	case bottom > c.scroll.Offset.Y+view:
		c.scrollTo(bottom - view)
	}
}

// shortcut implements page.
func (c *content) shortcut(s fyne.Shortcut) { c.onShortcut(s) }

// key implements page: it scrolls.
func (c *content) key(name fyne.KeyName) {
	const line = 40
	view := c.scroll.Size().Height
	switch name {
	case fyne.KeyUp:
		c.scrollTo(c.scroll.Offset.Y - line)
	case fyne.KeyDown:
		c.scrollTo(c.scroll.Offset.Y + line)
	case fyne.KeyPageUp:
		c.scrollTo(c.scroll.Offset.Y - view)
	case fyne.KeyPageDown:
		c.scrollTo(c.scroll.Offset.Y + view)
	case fyne.KeyHome:
		c.scrollTo(0)
	case fyne.KeyEnd:
		c.scrollTo(c.scroll.Content.Size().Height)
	}
}

func (c *content) scrollTo(y float32) {
	bottom := max(0, c.scroll.Content.Size().Height-c.scroll.Size().Height)
	c.scroll.ScrollToOffset(fyne.NewPos(c.scroll.Offset.X, min(max(0, y), bottom)))
}
