package hook

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rekey/internal/fault"
)

// UnsafeError says why a file is not run or trusted.
type UnsafeError struct{ *fault.Fault }

// unsafe is an UnsafeError: see fault.New.
func unsafe(code, text string, args ...any) error {
	return &UnsafeError{fault.New(code, text, args...)}
}

// trusted returns the path of a program after following links, if it can be run
// and only the user and the administrator could have written or replaced it:
// the program and every folder and link on the way belong to one of the two and
// are not writable by others. The error is an *UnsafeError or about the file.
//
// On Windows, which uses access lists, it only checks that the program exists.
func trusted(program string) (path string, err error) {
	if !filepath.IsAbs(program) {
		return "", unsafe("hook_not_absolute", "{{.Where}} is not an absolute path", "Where", program)
	}
	path, info, err := safely(program)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", unsafe("hook_no_program", "{{.Where}} is not a file that can be run", "Where", path)
	case !executable(info):
		return "", unsafe("hook_not_executable", "{{.Where}} is not executable; run chmod +x on it", "Where", path)
	}
	return path, nil
}

// Check says why a program named in a configuration file would not be run, or
// returns nil. config may be "": see Options.
func Check(program, config string) error {
	if _, err := trusted(program); err != nil {
		return err
	}
	if config == "" {
		return nil
	}
	if err := trustedFile(config); err != nil {
		return fault.New("hook_config", "the file that names it is not safe: {{.Why}}", "Why", err)
	}
	return nil
}

// trustedFile is trusted for a file that is only read.
func trustedFile(path string) error {
	_, info, err := safely(path)
	if err == nil && !info.Mode().IsRegular() {
		err = unsafe("hook_not_regular", "{{.Where}} is not a regular file", "Where", path)
	}
	return err
}

// maxLinks bounds chains of symbolic links, as Linux does.
const maxLinks = 40

// safely follows an absolute path as the kernel does and checks everything on
// the way. A link has no mode of its own, so its folder counts.
func safely(path string) (real string, info fs.FileInfo, err error) {
	real = filepath.VolumeName(path) + string(filepath.Separator)
	ahead := parts(path)
	for links := 0; len(ahead) > 0; {
		name := ahead[0]
		ahead = ahead[1:]
		if name == ".." {
			real = filepath.Dir(real)
			continue
		}
		next := filepath.Join(real, name)
		to, linkErr := os.Readlink(next)
		if linkErr != nil {
			if _, err := look(real); err != nil {
				return "", nil, err
			}
			real = next
			continue
		}
		if links++; links > maxLinks {
			return "", nil, fault.New("hook_links", "{{.Where}} leads through too many symbolic links", "Where", path)
		}
		if filepath.IsAbs(to) {
			real = filepath.VolumeName(to) + string(filepath.Separator)
		}
		if _, err := look(filepath.Dir(next)); err != nil { // who may change the link
			return "", nil, err
		}
		ahead = append(parts(to), ahead...)
	}
	info, err = look(real)
	return real, info, err
}

// parts are a path's names without its root and empty ones.
func parts(path string) (names []string) {
	for _, name := range strings.Split(filepath.ToSlash(path[len(filepath.VolumeName(path)):]), "/") {
		if name != "" && name != "." {
			names = append(names, name)
		}
	}
	return names
}

// look checks one file or folder that is not a link.
func look(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if err := danger(path, info); err != nil {
		return nil, err
	}
	return info, nil
}
