package browser

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// StandInName is what a test's own program is called where it plays the user's
// browser: Rekey gives its children nothing but a short list of variables.
const StandInName = "browser-of-the-test"

// IsStandIn reports whether this process was started as the browser.
func IsStandIn() bool { return filepath.Base(os.Args[0]) == StandInName }

// StandIn opens the page in the first argument as a browser does, following
// where it leads, and writes down beside the program what was shown last. Where
// a test has a real browser running, it is handed the page instead.
func StandIn() {
	url := os.Args[1]
	if running, err := os.ReadFile(os.Args[0] + ".session"); err == nil {
		if err := Open(string(running), url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	client := http.Client{Timeout: 20 * time.Second}
	seen := ""
	res, err := client.Get(url)
	if err == nil {
		var page []byte
		page, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
		seen = res.Status + "\n" + string(page)
	}
	if err != nil {
		seen = err.Error()
	}
	if err := os.WriteFile(os.Args[0]+".seen", []byte(seen), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
