//go:build linux

package program_test

import (
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// TestInstall installs what "make install" does into an empty place, looks at
// every file of it, and removes it again.
func TestInstall(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"make", "desktop-file-validate", "appstreamcli"} {
		if _, err := exec.LookPath(tool); err != nil {
			kit.Missing(t, tool)
		}
	}
	i := installation{t, t.TempDir(), t.TempDir()}
	// A window program that was built is installed, and one that was not is no
	// fault: here a stand-in, for building it takes minutes.
	window := filepath.Join(i.built, "bin", "rekey-window")
	mustMake(t, filepath.Dir(window))
	must.Do(t, os.WriteFile(window, []byte("#!/bin/sh\n"), 0o755))
	foreign := []string{"usr/bin/other", "usr/share/man/man1/rekeyed.1", "usr/share/icons/hicolor/16x16/apps/other.png"}
	for _, name := range foreign {
		mustMake(t, filepath.Dir(filepath.Join(i.dest, name)))
		must.Do(t, os.WriteFile(filepath.Join(i.dest, name), nil, 0o644))
	}

	i.make("install")
	i.expectFiles(slices.Concat(foreign, i.expected()))
	i.expectModes(foreign)
	i.expectIcons()
	i.expectTexts()
	i.accepts("desktop-file-validate", "--no-hints", i.path("share/applications/io.github.rekey.Rekey.desktop"))
	i.accepts("appstreamcli", "validate", "--no-net", i.path("share/metainfo/io.github.rekey.Rekey.metainfo.xml"))
	i.accepts("bash", "-n", i.path("share/bash-completion/completions/rekey"))
	out, err := exec.Command(i.path("bin/rekey"), "--version").Output()
	if want := regexp.MustCompile(`^rekey ` + regexp.QuoteMeta(builtVersion(t)) + `( \(.*\))?\n$`); err != nil || !want.Match(out) {
		t.Errorf("the installed program says %q (%v), want %q", out, err, want)
	}

	i.make("install") // over itself
	i.make("uninstall")
	i.expectFiles(foreign)
	i.make("uninstall") // nothing is there, and that is no fault
}

// installation is a folder for what is built and one that is installed into.
type installation struct {
	t           *testing.T
	built, dest string
}

func (i installation) path(name string) string { return filepath.Join(i.dest, "usr", name) }

func (i installation) make(target string) {
	i.t.Helper()
	cmd := exec.Command("make", target, "DESTDIR="+i.dest, "PREFIX=/usr",
		"BIN="+filepath.Join(i.built, "bin"), "SHARE="+filepath.Join(i.built, "share"))
	cmd.Env = append(os.Environ(), "SUDO_UID=") // whoever runs the tests
	out, err := cmd.CombinedOutput()
	if err != nil {
		i.t.Fatalf("make %s: %v\n%s", target, err, out)
	}
}

// iconSizes are those that must be there; there may be no others.
var iconSizes = []int{16, 22, 24, 32, 36, 48, 64, 72, 96, 128, 192, 256, 512}

// expected are the files of an installation; the manual has a page for each
// command.
func (i installation) expected() []string {
	files := []string{
		"usr/bin/rekey", "usr/bin/rekey-window",
		"usr/share/applications/io.github.rekey.Rekey.desktop",
		"usr/share/metainfo/io.github.rekey.Rekey.metainfo.xml",
		"usr/share/systemd/user/rekey.service",
		"usr/share/bash-completion/completions/rekey",
		"usr/share/zsh/site-functions/_rekey",
		"usr/share/fish/vendor_completions.d/rekey.fish",
		"usr/share/man/man1/rekey.1",
		"usr/share/icons/hicolor/scalable/apps/io.github.rekey.Rekey.svg",
	}
	for _, size := range iconSizes {
		files = append(files, fmt.Sprintf("usr/share/icons/hicolor/%dx%d/apps/io.github.rekey.Rekey.png", size, size))
	}
	for _, command := range cli.Tree("").Commands() {
		if command.IsAvailableCommand() {
			files = append(files, "usr/share/man/man1/rekey-"+command.Name()+".1")
		}
	}
	return files
}

func (i installation) files() (names []string) {
	err := filepath.WalkDir(i.dest, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(i.dest, path) // it lies below
			names = append(names, name)
		}
		return err
	})
	must.Do(i.t, err)
	return names
}

// expectFiles: these are there, with the manual pages of commands' own
// commands, and no others.
func (i installation) expectFiles(want []string) {
	i.t.Helper()
	got := i.files()
	for _, name := range want {
		if !slices.Contains(got, name) {
			i.t.Errorf("%s is missing", name)
		}
	}
	for _, name := range got {
		page := slices.ContainsFunc(want, func(w string) bool {
			above, ok := strings.CutSuffix(w, ".1")
			return ok && strings.HasPrefix(w, "usr/share/man/man1/rekey-") && strings.HasPrefix(name, above+"-")
		})
		if !page && !slices.Contains(want, name) {
			i.t.Errorf("%s is there", name)
		}
	}
}

// expectModes: programs can be run and everything be read by all.
func (i installation) expectModes(but []string) {
	for _, name := range i.files() {
		info, err := os.Stat(filepath.Join(i.dest, name))
		want := fs.FileMode(0o644)
		if strings.HasPrefix(name, "usr/bin/") {
			want = 0o755
		}
		if !slices.Contains(but, name) && (err != nil || info.Mode() != want || info.Size() == 0) {
			i.t.Errorf("%s: mode %v, %d bytes, want %v", name, info.Mode(), info.Size(), want)
		}
	}
}

func (i installation) expectIcons() {
	for _, size := range iconSizes {
		f, err := os.Open(i.path(fmt.Sprintf("share/icons/hicolor/%dx%d/apps/io.github.rekey.Rekey.png", size, size)))
		if err != nil {
			i.t.Error(err)
			continue
		}
		header, err := png.DecodeConfig(f)
		_ = f.Close() // it was only read
		if err != nil || header.Width != size || header.Height != size {
			i.t.Errorf("the icon of %d pixels has %dx%d (%v)", size, header.Width, header.Height, err)
		}
	}
}

// expectTexts: the files name the right program, and no placeholder is left.
func (i installation) expectTexts() {
	for name, want := range map[string]string{
		"share/applications/io.github.rekey.Rekey.desktop": "\nExec=/usr/bin/rekey\n",
		"share/systemd/user/rekey.service":                 "\nExecStart=/usr/bin/rekey watch\n",
		"share/man/man1/rekey.1":                           `.TH "REKEY" "1"`,
		"share/man/man1/rekey-status.1":                    "Rekey " + builtVersion(i.t),
		"share/man/man1/rekey-token.1":                     "\n.TP\n\\fB5\\fP\ntry again later: ",
		"share/bash-completion/completions/rekey":          "complete -o default -F __start_rekey rekey",
		"share/zsh/site-functions/_rekey":                  "#compdef rekey",
		"share/fish/vendor_completions.d/rekey.fish":       "complete -c rekey",
	} {
		content := string(files.Read(i.t, i.path(name)))
		if !strings.Contains(content, want) {
			i.t.Errorf("%s has no %q", name, want)
		}
		if placeholder := regexp.MustCompile(`@[A-Z]+@`).FindString(content); placeholder != "" {
			i.t.Errorf("%s still has %s", name, placeholder)
		}
	}
}

// accepts runs a checker, which says nothing of note.
func (i installation) accepts(checker string, args ...string) {
	i.t.Helper()
	if out, err := exec.Command(checker, args...).CombinedOutput(); err != nil {
		i.t.Errorf("%s: %v\n%s", checker, err, out)
	}
}

func mustMake(t *testing.T, dir string) {
	t.Helper()
	must.Do(t, os.MkdirAll(dir, 0o755))
}

// TestInstallRefuses: a prefix that would break the desktop entry, and an
// installation before anything was built.
func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			kit.Missing(t, tool)
		}
	}
	for _, prefix := range []string{"relative", "/with space", "/with;semicolon", "/with\"quote"} {
		dest := t.TempDir()
		cmd := exec.Command("packaging/install", t.TempDir(), t.TempDir())
		cmd.Env = append(os.Environ(), "PREFIX="+prefix, "DESTDIR="+dest)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "PREFIX=") {
			t.Errorf("PREFIX=%q is installed into: %v\n%s", prefix, err, out)
		}
	}
	// Under sudo nothing is built, for root's files would be in the way of the user's.
	dest := t.TempDir()
	cmd := exec.Command("make", "install", "DESTDIR="+dest, "BIN="+filepath.Join(dest, "bin"), "SHARE="+filepath.Join(dest, "share"))
	cmd.Env = append(os.Environ(), "SUDO_UID=1000")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "make build") {
		t.Errorf("nothing was built and yet: %v\n%s", err, out)
	}
}

// builtVersion is the version that a build of the project's files gets.
func builtVersion(t *testing.T) string {
	t.Helper()
	flags, err := exec.Command("packaging/version").Output()
	found := regexp.MustCompile(`number=(\S+)`).FindSubmatch(flags)
	if err != nil || found == nil {
		t.Fatalf("packaging/version says %q (%v)", flags, err)
	}
	return string(found[1])
}
