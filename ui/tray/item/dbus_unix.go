//go:build linux || freebsd || openbsd || netbsd

package item

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/internal/sessionbus"
)

// IconSize is how many pixels wide and high an icon should be: twice what panels
// commonly show, so that it stays sharp on dense screens. They scale it down.
const IconSize = 48

// dialLimit bounds the connecting to the bus.
const dialLimit = 5 * time.Second

// The item on the bus, from the StatusNotifierItem specification. All panels use the
// names of its KDE draft.
const (
	itemPath  = dbus.ObjectPath("/StatusNotifierItem")
	itemIface = "org.kde.StatusNotifierItem"
)

// errGone is Run's error when the desktop has gone away.
var errGone = errors.New("the connection was closed")

// Bus is a connection to the desktop for one item.
type Bus struct {
	conn *dbus.Conn
	item atomic.Pointer[Item] // whose menu is read over it
}

// Connect connects to the desktop. address is the bus's, or "" for this session's. It
// returns when ctx is done. The Bus must be closed.
func Connect(ctx context.Context, address string) (*Bus, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	b := &Bus{}
	conn, err := sessionbus.Dial(ctx, address, dbus.WithIncomingInterceptor(func(call *dbus.Message) {
		if i := b.item.Load(); i != nil {
			i.readMenu(call)
		}
	}))
	b.conn = conn
	return b, err
}

// Close disconnects. It may have been done already.
func (b *Bus) Close() { _ = b.conn.Close() }

// Item is an icon with a menu. Its methods may be called by any goroutine.
type Item struct {
	cfg    Config
	conn   *dbus.Conn
	events chan func() // what Run calls next

	mu      sync.Mutex  // guards everything below, and the order of the signals
	shown   bool        // panels can know of the item
	picture image.Image // what icon was made of
	icon    []pixmap
	tooltip string
	menu    menu
}

// pixmap is a picture as it goes over the bus: 32 bits for each pixel, ARGB in network
// byte order, not premultiplied.
type pixmap struct {
	Width, Height int32
	Pixels        []byte
}

// tooltip is the property of that name.
type tooltip struct {
	IconName    string
	Icon        []pixmap
	Title, Text string
}

// Open makes an item. Nothing is shown yet. ctx bounds the connecting to the desktop,
// where that is not done already. Run must be called, which disconnects.
func Open(ctx context.Context, cfg Config) (*Item, error) {
	bus := cfg.Bus
	if bus == nil {
		var err error
		if bus, err = Connect(ctx, cfg.Address); err != nil {
			return nil, err
		}
	}
	i := &Item{cfg: cfg, conn: bus.conn, events: make(chan func()), menu: newMenu(cfg.Lines)}
	bus.item.Store(i)
	return i, nil
}

// Run shows the item on every panel that there is or comes, until ctx ends, or the
// desktop goes away, which is an error. What was set before is there from the start.
func (i *Item) Run(ctx context.Context) error {
	defer func() { _ = i.conn.Close() }() // which lets go of whoever waits in tell
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := i.export(); err != nil {
		return fmt.Errorf("offering the icon: %w", err)
	}
	i.mu.Lock()
	i.shown = true
	i.mu.Unlock()
	name := fmt.Sprintf("%s-%d-1", itemIface, syscall.Getpid())
	named := i.conn.BusObject().GoWithContext(ctx, "org.freedesktop.DBus.RequestName", 0, make(chan *dbus.Call, 1), name, uint32(dbus.NameFlagDoNotQueue))
	panels := newPanels(ctx, i.conn, i.cfg.Log)
	if err := (<-named.Done).Err; err != nil && ctx.Err() == nil {
		i.cfg.Log.Debug("The icon has no name on the bus", "name", name, "error", err) // panels know it by its connection
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-i.conn.Context().Done():
			return errGone
		case event := <-i.events:
			event()
		case change, ok := <-panels.changes:
			if !ok {
				return errGone
			}
			if came(change) {
				panels.appeared(ctx)
			}
		case answer := <-panels.answer:
			panels.answered(answer)
		case <-panels.again.C:
			panels.register(ctx)
		}
	}
}

// tell has Run call event, and waits until it does.
func (i *Item) tell(event func()) {
	if event == nil {
		return
	}
	select {
	case i.events <- event:
	case <-i.conn.Context().Done():
	}
}

// export puts the item and its menu on the bus.
func (i *Item) export() error {
	click := func(int32, int32) *dbus.Error { i.tell(i.cfg.Activated); return nil }
	return errors.Join(
		i.conn.ExportMethodTable(map[string]any{
			// A left click opens the menu in panels that can, because ItemIsMenu is true.
			"Activate": click, "SecondaryActivate": click, "ContextMenu": click,
			"Scroll": func(int32, string) *dbus.Error { return nil },
		}, itemPath, itemIface),
		i.describe(itemPath, itemIface, itemXML, i.properties),
		i.conn.ExportMethodTable(i.menuMethods(), menuPath, menuIface),
		i.describe(menuPath, menuIface, menuXML, menuProperties),
	)
}

// properties are those of the item. It has no name of an icon, because panels draw
// symbolic ones in one colour, and this one says something by its colour.
func (i *Item) properties() map[string]dbus.Variant {
	i.mu.Lock()
	defer i.mu.Unlock()
	return map[string]dbus.Variant{
		"Category":      dbus.MakeVariant("ApplicationStatus"),
		"Id":            dbus.MakeVariant(i.cfg.Title),
		"Title":         dbus.MakeVariant(i.cfg.Title),
		"Status":        dbus.MakeVariant("Active"),
		"IconName":      dbus.MakeVariant(""),
		"IconThemePath": dbus.MakeVariant(""),
		"IconPixmap":    dbus.MakeVariant(i.icon),
		"ToolTip":       dbus.MakeVariant(tooltip{Title: i.tooltip}),
		"ItemIsMenu":    dbus.MakeVariant(true),
		"Menu":          dbus.MakeVariant(menuPath),
	}
}

// SetIcon shows a picture, IconSize pixels wide and high. It must not be modified
// after.
func (i *Item) SetIcon(picture image.Image) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if picture == i.picture {
		return
	}
	i.picture = picture
	icon := pixels(picture)
	if len(i.icon) > 0 && bytes.Equal(icon.Pixels, i.icon[0].Pixels) {
		return
	}
	i.icon = []pixmap{icon}
	i.changed("IconPixmap", i.icon, "NewIcon")
}

// pixels is a picture as panels want it: straight colours, the transparency first.
func pixels(picture image.Image) pixmap {
	size := picture.Bounds().Size()
	straight := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(straight, straight.Rect, picture, picture.Bounds().Min, draw.Src)
	for p := range slices.Chunk(straight.Pix, 4) {
		p[0], p[1], p[2], p[3] = p[3], p[0], p[1], p[2]
	}
	return pixmap{int32(size.X), int32(size.Y), straight.Pix} //nolint:gosec // a picture is small
}

// SetTooltip shows a text, of any length, when the mouse rests on the icon.
func (i *Item) SetTooltip(text string) {
	text = clean(text)
	i.mu.Lock()
	defer i.mu.Unlock()
	if text == i.tooltip {
		return
	}
	i.tooltip = text
	i.changed("ToolTip", tooltip{Title: text}, "NewToolTip")
}

// changed tells of a new value of a property: panels wait for either of two signals.
// The caller holds mu.
func (i *Item) changed(property string, value any, signal string) {
	i.emit(itemPath, propsIface+".PropertiesChanged", itemIface, map[string]dbus.Variant{property: dbus.MakeVariant(value)}, []string{})
	i.emit(itemPath, itemIface+"."+signal)
}

// emit sends a signal. The caller holds mu.
func (i *Item) emit(path dbus.ObjectPath, name string, values ...any) {
	if !i.shown {
		return
	}
	if err := i.conn.Emit(path, name, values...); err != nil && !errors.Is(err, dbus.ErrClosed) {
		i.cfg.Log.Debug("The panel was not told of a change", "signal", name, "error", err)
	}
}
