package cli

// Screen describes where a standard stream leads.
type Screen struct {
	// Terminal: it is a terminal, not a file or another program.
	Terminal bool
	// Rewrites: the current line can be overwritten.
	Rewrites bool
	// Colour: it can show colours, and they are wanted.
	Colour bool
	// Width returns the current number of columns, 0 if unknown; nil means no
	// limit.
	Width func() int
}

// NewScreen describes a stream that is a terminal or is not. Colours follow the
// usual conventions: NO_COLOR overrides CLICOLOR_FORCE, which overrides the
// kind of the stream.
func NewScreen(terminal bool, getenv func(string) string) Screen {
	s := Screen{Terminal: terminal, Rewrites: terminal && getenv("TERM") != "dumb"}
	s.Colour = s.Rewrites
	if force := getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		s.Colour = true
	}
	if getenv("NO_COLOR") != "" {
		s.Colour = false
	}
	return s
}

// usualColumns is the assumed width of a terminal.
const usualColumns = 80

// columns returns the width of a line.
func (s Screen) columns() int {
	if s.Width != nil {
		if n := s.Width(); n > 0 {
			return n
		}
	}
	return usualColumns
}

// style is how a text looks (ECMA-48, Select Graphic Rendition).
type style string

// The styles. Colours are those of the terminal's own palette, so that they are
// readable on its background.
const (
	plain        style = ""
	bold         style = "1"
	underlined   style = "4"
	red          style = "1;31"
	green        style = "32"
	yellow       style = "33"
	faint        style = "2"
	blackOnWhite style = "30;107"
)

// paint styles a text if colours are wanted.
func (s Screen) paint(how style, text string) string {
	if !s.Colour || how == plain {
		return text
	}
	return "\x1b[" + string(how) + "m" + text + "\x1b[0m"
}
