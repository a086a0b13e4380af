package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// palette is Fyne's own theme with the colours of Rekey's icons. All texts stand
// out from what is behind them by 4.5 to 1 or more (WCAG 2, AA).
type palette struct{ fyne.Theme }

// newPalette is the theme of the window, in light and in dark.
func newPalette() fyne.Theme { return palette{theme.DefaultTheme()} }

// shade is a colour on a light and on a dark background.
type shade struct{ light, dark color.NRGBA }

func grey(y uint8) color.NRGBA { return color.NRGBA{y, y, y, 0xff} }

// shades are the colours that differ from Fyne's.
var shades = map[fyne.ThemeColorName]shade{
	theme.ColorNameBackground:          {grey(0xff), grey(0x1b)},
	theme.ColorNameForeground:          {color.NRGBA{0x2b, 0x2f, 0x36, 0xff}, grey(0xf0)},
	theme.ColorNamePlaceHolder:         {color.NRGBA{0x5f, 0x63, 0x6a, 0xff}, color.NRGBA{0xa9, 0xac, 0xb2, 0xff}},
	theme.ColorNameDisabled:            {color.NRGBA{0x6a, 0x6e, 0x75, 0xff}, color.NRGBA{0x98, 0x9b, 0xa1, 0xff}},
	theme.ColorNameDisabledButton:      {grey(0xf2), grey(0x28)},
	theme.ColorNameButton:              {grey(0xe1), grey(0x34)},
	theme.ColorNameInputBackground:     {grey(0xf4), grey(0x28)},
	theme.ColorNameInputBorder:         {grey(0x8a), grey(0x80)},
	theme.ColorNamePrimary:             {color.NRGBA{0x17, 0x59, 0x4a, 0xff}, color.NRGBA{0x5c, 0xc9, 0xad, 0xff}},
	theme.ColorNameHyperlink:           {color.NRGBA{0x17, 0x59, 0x4a, 0xff}, color.NRGBA{0x5c, 0xc9, 0xad, 0xff}},
	theme.ColorNameForegroundOnPrimary: {grey(0xff), color.NRGBA{0x0c, 0x20, 0x1b, 0xff}},
	theme.ColorNameFocus:               {color.NRGBA{0x17, 0x59, 0x4a, 0x40}, color.NRGBA{0x5c, 0xc9, 0xad, 0x40}},
	theme.ColorNameSelection:           {color.NRGBA{0x17, 0x59, 0x4a, 0x40}, color.NRGBA{0x5c, 0xc9, 0xad, 0x40}},
	theme.ColorNameSuccess:             {color.NRGBA{0x17, 0x59, 0x4a, 0xff}, color.NRGBA{0x5c, 0xc9, 0xad, 0xff}},
	theme.ColorNameWarning:             {color.NRGBA{0x8f, 0x4e, 0x00, 0xff}, color.NRGBA{0xff, 0xb3, 0x47, 0xff}},
	theme.ColorNameError:               {color.NRGBA{0xc6, 0x28, 0x28, 0xff}, color.NRGBA{0xff, 0x80, 0x76, 0xff}},
	theme.ColorNameForegroundOnError:   {grey(0xff), color.NRGBA{0x2a, 0x08, 0x06, 0xff}},
	theme.ColorNameSeparator:           {grey(0xe0), grey(0x3a)},
}

// Color implements fyne.Theme.
func (p palette) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	s, ours := shades[name]
	switch {
	case !ours:
		return p.Theme.Color(name, variant)
	case variant == theme.VariantDark:
		return s.dark
	}
	return s.light
}

// tone is what a State means to its user, as a colour. It never stands alone:
// the State's picture has a shape of its own.
type tone int

// The tones.
const (
	toneQuiet   tone = iota // nothing to worry about, nothing to boast of
	toneGood                // it works and goes on working
	toneWarning             // it works, for now
	toneBad                 // it does not work
)

// name is the tone's colour.
func (t tone) name() fyne.ThemeColorName {
	switch t {
	case toneGood:
		return theme.ColorNameSuccess
	case toneWarning:
		return theme.ColorNameWarning
	case toneBad:
		return theme.ColorNameError
	}
	return theme.ColorNamePlaceHolder
}

// mix is a colour that is a to some part, and else b.
func mix(a, b color.Color, part float64) color.Color {
	x, y := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	between := func(p, q uint8) uint8 { return uint8(float64(p)*part + float64(q)*(1-part) + 0.5) }
	return color.NRGBA{between(x.R, y.R), between(x.G, y.G), between(x.B, y.B), 0xff}
}

// sizeNameCode is the size of the code that the user types on another device.
const sizeNameCode fyne.ThemeSizeName = "rekeyCode"

// Size implements fyne.Theme.
func (p palette) Size(name fyne.ThemeSizeName) float32 {
	if name == sizeNameCode {
		return 32
	}
	return p.Theme.Size(name)
}
