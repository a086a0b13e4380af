//go:build unix

package doctor

import (
	"fmt"
	"io/fs"
)

// open says what others may do with a file or folder that is for its owner, ""
// for nothing. Codex makes its home so that others can look into it.
func open(info fs.FileInfo) string {
	mode := info.Mode().Perm()
	switch {
	case mode&0o002 != 0:
		return fmt.Sprintf("can be written by everybody (mode %04o)", mode)
	case info.IsDir():
		return ""
	case mode&0o077 != 0:
		return fmt.Sprintf("can be read by others (mode %04o)", mode)
	}
	return ""
}
