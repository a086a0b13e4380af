// Command releases writes AppStream's list of releases, as the changelog has
// them, into the application's data:
//
//	releases CHANGELOG VERSION <metainfo.xml >metainfo.xml
//
// VERSION is the one that is built; a release on the way to which it is, is
// marked as a development release.
package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// place is where the list goes.
const place = "<releases/>"

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "releases:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("want a changelog and a version, got %q", args)
	}
	changelog, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if bytes.Count(data, []byte(place)) != 1 {
		return fmt.Errorf("the data should have one %s", place)
	}
	list := parse(string(changelog))
	if len(list) == 0 {
		return fmt.Errorf("%s names no release", args[0])
	}
	if number, _, pre := strings.Cut(args[1], "-"); pre && list[0].Version == number {
		list[0].Type = "development"
	}
	text, err := xml.MarshalIndent(releases{List: list}, "  ", "  ")
	if err != nil {
		return err
	}
	_, err = out.Write(bytes.Replace(data, []byte(place), bytes.TrimSpace(text), 1))
	return err
}

// releases is the list, the newest first.
type releases struct {
	XMLName xml.Name  `xml:"releases"`
	List    []release `xml:"release"`
}

// release is one version.
type release struct {
	Version string   `xml:"version,attr"`
	Date    string   `xml:"date,attr"`
	Type    string   `xml:"type,attr,omitempty"`
	News    []string `xml:"description>ul>li"`
}

// heading begins a release in the changelog.
var heading = regexp.MustCompile(`^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$`)

// parse reads the releases of a changelog. What is not released yet is left out.
func parse(changelog string) (list []release) {
	var now *release
	for line := range strings.Lines(changelog) {
		line = strings.TrimRight(line, "\n")
		found := heading.FindStringSubmatch(line)
		switch {
		case found != nil:
			list = append(list, release{Version: found[1], Date: found[2]})
			now = &list[len(list)-1]
		case strings.HasPrefix(line, "## "):
			now = nil
		case now == nil:
		case strings.HasPrefix(line, "- "):
			now.News = append(now.News, plain(line[2:]))
		case strings.HasPrefix(line, "  ") && len(now.News) > 0:
			now.News[len(now.News)-1] += " " + plain(strings.TrimSpace(line))
		}
	}
	return list
}

// plain is a line without the marks of Markdown.
func plain(line string) string { return strings.NewReplacer("`", "", "**", "").Replace(line) }
