//go:build unix

package doctor

import "io/fs"

// open returns the code for what other users may do with a private file or
// folder, "" for nothing. Codex creates its home readable by others.
func open(info fs.FileInfo) string {
	mode := info.Mode().Perm()
	switch {
	case mode&0o002 != 0:
		return FindWritable
	case mode&0o077 != 0 && !info.IsDir():
		return FindReadable
	}
	return ""
}
