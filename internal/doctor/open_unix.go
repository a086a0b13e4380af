//go:build unix

package doctor

import "io/fs"

// open is the code for what others may do with a file or folder that is for its
// owner, "" for nothing. Codex makes its home so that others can look into it.
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
