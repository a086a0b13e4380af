// Package translations holds what the faces say, a file for each language. The
// files are go-i18n's; package lang reads them.
package translations

import _ "embed"

// Strings, because an embed.FS copies a whole file to read one text of it.
var (
	//go:embed de.toml
	de string
	//go:embed en.toml
	en string
	//go:embed es.toml
	es string
	//go:embed fr.toml
	fr string
	//go:embed ja.toml
	ja string
	//go:embed ko.toml
	ko string
	//go:embed pt-BR.toml
	ptBR string
	//go:embed zh-Hans.toml
	zhHans string
	//go:embed zh-Hant.toml
	zhHant string
)

// Of is the catalogue of a language by its tag, "" where there is none.
func Of(tag string) string {
	switch tag {
	case "de":
		return de
	case "en":
		return en
	case "es":
		return es
	case "fr":
		return fr
	case "ja":
		return ja
	case "ko":
		return ko
	case "pt-BR":
		return ptBR
	case "zh-Hans":
		return zhHans
	case "zh-Hant":
		return zhHant
	}
	return ""
}
