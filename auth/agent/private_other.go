//go:build !unix

package agent

import (
	"fmt"
	"os"
)

// privateDir makes sure that a folder is one; who may enter it is this
// system's rule for folders in the user's profile.
func privateDir(dir string) error {
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", dir)
	}
	return err
}
