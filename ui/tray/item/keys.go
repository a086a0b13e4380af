package item

import (
	"strings"
	"unicode"
)

// Keys returns the letters that can be a label's access key, the best first: those
// that begin a word, then the others. They are a to z, which every keyboard has. Letters
// in the address of a person or a page do not count, because the address changes. A label
// with letters of another script has none, and one with an underscore of its own has none
// because GNOME's AppIndicator takes only the first underscore out of a label.
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
	var taken ['z' + 1]bool
	for _, inner := range []bool{false, true} {
		end := 0
		for word := range strings.SplitAfterSeq(label, " ") {
			begin := end
			end += len(word)
			address := strings.ContainsAny(word, "@/")
			before := ' '
			for at, r := range word {
				if r == '_' || unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
					return nil
				}
				inside := unicode.IsLetter(before) || unicode.IsDigit(before) || before == '\'' || before == '’'
				before = r
				key := unicode.ToLower(r)
				if r <= unicode.MaxASCII && key >= 'a' && key <= 'z' && inside == inner && !taken[key] && !address {
					taken[key] = true
					all = append(all, letter{key, begin + at})
				}
			}
		}
	}
	return all
}
