package item

import (
	"slices"
	"unicode"
)

// Keys returns the letters that can be a label's access key, the best first: those
// that begin a word, then the others. They are a to z, which every keyboard has. A
// label with letters of another script has none. Neither has one with an underscore of
// its own: GNOME's AppIndicator takes only the first underscore out of a label.
func Keys(label string) (keys []rune) {
	for _, l := range letters(label) {
		keys = append(keys, l.key)
	}
	return keys
}

// letter is one that can be an access key, and at which byte of the label it is.
type letter struct {
	key rune
	at  int
}

func letters(label string) (all []letter) {
	var starts, others []letter
	before := ' '
	for at, r := range label {
		if r == '_' || unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return nil
		}
		inside := unicode.IsLetter(before) || unicode.IsDigit(before) || before == '\'' || before == '’'
		before = r
		switch key := unicode.ToLower(r); {
		case r > unicode.MaxASCII || key < 'a' || key > 'z':
		case inside:
			others = append(others, letter{key, at})
		default:
			starts = append(starts, letter{key, at})
		}
	}
	for _, l := range append(starts, others...) {
		if !slices.ContainsFunc(all, func(a letter) bool { return a.key == l.key }) {
			all = append(all, l)
		}
	}
	return all
}
