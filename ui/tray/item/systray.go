//go:build !(linux || freebsd || openbsd || netbsd)

package item

import (
	"context"
	"image"
	"slices"
	"sync"

	"fyne.io/systray"
)

// Item is an icon with a menu. Its methods may be called by any goroutine. There can be
// only one in a process.
type Item struct {
	cfg     Config
	clicked sync.WaitGroup // who listens for clicks

	mu      sync.Mutex          // guards everything below
	lines   []*systray.MenuItem // by their numbers, empty before the panel has it
	ended   bool
	icon    image.Image
	tooltip string
	rows    []Row
	shown   []Row
}

// Bus is nothing: there always is a desktop.
type Bus struct{}

// Connect does nothing.
func Connect(context.Context, string) (*Bus, error) { return &Bus{}, nil }

// Close does nothing.
func (*Bus) Close() {}

// PanelThere reports whether some panel shows items, which here one always does.
func (*Bus) PanelThere(context.Context) (bool, error) { return true, nil }

// Open makes an item. Nothing is shown yet.
func Open(_ context.Context, cfg Config) (*Item, error) {
	return &Item{cfg: cfg, rows: make([]Row, len(cfg.Lines)), shown: make([]Row, len(cfg.Lines))}, nil
}

// Run shows the item until ctx ends. What was set before is there from the start. It
// must be called on the main goroutine.
func (i *Item) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, systray.Quit)
	defer stop()
	systray.Run(func() { i.build(ctx) }, nil)
	i.mu.Lock()
	i.ended = true
	i.mu.Unlock()
	cancel()
	i.clicked.Wait()
	return nil
}

// build makes the lines. They are disabled and hidden only when all are there, because
// on Windows only lines that are shown get a submenu.
func (i *Item) build(ctx context.Context) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ended {
		return
	}
	i.lines = make([]*systray.MenuItem, len(i.cfg.Lines))
	for n, line := range i.cfg.Lines {
		if n > 0 {
			i.lines[n] = add(i.lines[line.Below], line.Kind)
		}
	}
	for n, item := range i.lines {
		if item == nil {
			continue
		}
		item.Disable()
		item.Hide()
		i.clicked.Go(func() { i.listen(ctx, n, item.ClickedCh) })
	}
	i.clicked.Go(func() { i.watchOpening(ctx) })
	if i.icon != nil {
		i.showIcon()
	}
	systray.SetTooltip(fit(i.tooltip))
	i.show()
}

// add makes a line in a submenu or, if menu is nil, in the menu itself. A separator is
// nil, because nothing about it changes.
func add(menu *systray.MenuItem, kind Kind) *systray.MenuItem {
	switch {
	case menu == nil && kind == Separator:
		systray.AddSeparator()
		return nil
	case kind == Separator:
		menu.AddSeparator()
		return nil
	case menu == nil && kind == Switch:
		return systray.AddMenuItemCheckbox("", "", false)
	case menu == nil:
		return systray.AddMenuItem("", "")
	case kind == Switch:
		return menu.AddSubMenuItemCheckbox("", "", false)
	}
	return menu.AddSubMenuItem("", "")
}

// listen tells of the clicks on one line until ctx is done. A closed channel is not a
// click.
func (i *Item) listen(ctx context.Context, n int, clicks <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-clicks:
			if !ok {
				return
			}
			i.cfg.Clicked(n)
		}
	}
}

func (i *Item) watchOpening(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-systray.TrayOpenedCh:
			i.cfg.Opened()
		}
	}
}

// SetIcon shows a picture, IconSize pixels wide and high. It must not be modified
// after.
func (i *Item) SetIcon(picture image.Image) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if picture == i.icon {
		return
	}
	i.icon = picture
	if i.there() {
		i.showIcon()
	}
}

// showIcon shows the icon. The caller holds mu.
func (i *Item) showIcon() {
	file, err := iconFile(i.icon)
	if err != nil {
		i.cfg.Log.Error("The icon is no picture", "error", err)
		return
	}
	systray.SetIcon(file)
}

// SetTooltip shows a text when the mouse rests on the icon.
func (i *Item) SetTooltip(text string) {
	text = clean(text)
	i.mu.Lock()
	defer i.mu.Unlock()
	if text != i.tooltip && i.there() {
		systray.SetTooltip(fit(text))
	}
	i.tooltip = text
}

// SetRows shows rows, one for each line; the first is not used.
func (i *Item) SetRows(rows []Row) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, row := range rows {
		row.Label = clean(row.Label)
		i.rows[n] = row
	}
	if i.there() {
		i.show()
	}
}

// there reports whether the panel has the item. The caller holds mu.
func (i *Item) there() bool { return len(i.lines) > 0 && !i.ended }

// show changes what differs from what is shown. A submenu, whose lines have higher
// numbers, is filled before its row appears. The caller holds mu.
func (i *Item) show() {
	for n, item := range slices.Backward(i.lines) {
		if item != nil {
			change(item, i.shown[n], i.rows[n])
			i.shown[n] = i.rows[n]
		}
	}
}

// change changes was to row. The label is set first, so that a row is complete when it
// appears.
func change(item *systray.MenuItem, was, row Row) {
	if row.Label != was.Label && row.Label != "" {
		item.SetTitle(escape(row.Label))
	}
	if row.Checked != was.Checked {
		if row.Checked {
			item.Check()
		} else {
			item.Uncheck()
		}
	}
	if row.Enabled != was.Enabled {
		if row.Enabled {
			item.Enable()
		} else {
			item.Disable()
		}
	}
	switch {
	case row.Label != "" && was.Label == "":
		item.Show()
	case row.Label == "" && was.Label != "":
		item.Hide()
	}
}
