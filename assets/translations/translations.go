// Package translations holds what the faces say, a file for each language. The
// files are go-i18n's; package lang reads them.
package translations

import "embed"

// Files are the catalogues, named after their language: "en.toml".
//
//go:embed *.toml
var Files embed.FS
