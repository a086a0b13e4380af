package sshd

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// Box is a machine that can be reached with ssh until its test ends.
type Box struct {
	// Home is the home of the user there.
	Home string
	// Port is where the server listens, on 127.0.0.1.
	Port string
	// Config is the configuration of a client that reaches it by any name.
	Config string
	// Server is the process that listens, whose children serve one connection each.
	Server int

	t   testing.TB
	dir string
}

// Options change what New makes.
type Options struct {
	// Name is the only name that a client reaches it by, any when "".
	Name string
	// Path is PATH there, the test's own when "".
	Path string
	// Server and Client are further lines of sshd_config and ssh_config, which
	// come first and so count. DIR stands for the folder of Box.
	Server, Client []string
	// UID makes who logs in a user of their own, of that number, whom nobody but
	// the server knows of; 0 is the user who runs the test. It needs root.
	UID int
}

// New starts a server in a new folder dir.
func New(t testing.TB, dir string, o Options) *Box {
	t.Helper()
	program := "/usr/sbin/sshd"
	if _, err := os.Stat(program); err != nil {
		kit.Missing(t, "sshd, the OpenSSH server")
	}
	b := &Box{t: t, dir: dir, Home: filepath.Join(dir, "home")}
	b.must(os.MkdirAll(b.Home, 0o700))
	if os.Getuid() == 0 {
		_ = os.Mkdir("/run/sshd", 0o755) // the server's own folder, which Debian makes at boot
	}
	host, hostPublic := b.key("host")
	client, clientPublic := b.key("client")
	keys := b.write("authorized_keys", nil, "%s", clientPublic)
	login, users := b.user(o.UID)
	environment := fmt.Sprintf("SetEnv PATH=%q HOME=%q\n", cmp.Or(o.Path, os.Getenv("PATH")), b.Home)
	config := b.write("sshd_config", o.Server, `ListenAddress 127.0.0.1
HostKey %s
AuthorizedKeysFile %s
StrictModes no
UsePAM no
PidFile none
MaxStartups 100
PermitRootLogin yes
PasswordAuthentication no
PrintMotd no
%s`, host, keys, environment)
	for !b.start(users, program, "-D", "-e", "-f", config) { // until the port was free
	}
	b.Config = b.write("config", o.Client, "Host %s\n\tHostName 127.0.0.1\n\tHostKeyAlias box\n\tPort %s\n\tUser %s\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n",
		cmp.Or(o.Name, "*"), b.Port, login, client, b.write("known_hosts", nil, "box %s", hostPublic))
	return b
}

// start starts the server on some port, with a passwd file of its own if there is
// one, and reports whether it listens.
func (b *Box) start(users string, argv ...string) bool {
	b.t.Helper()
	b.Port = freePort(b.t)
	argv = append(argv, "-p", b.Port)
	if users != "" {
		argv = append([]string{"unshare", "-m", "sh", "-c", `mount --bind "$0" /etc/passwd && exec "$@"`, users}, argv...)
	}
	daemon, ended := exec.Command(argv[0], argv[1:]...), make(chan struct{})
	var said kit.Record
	daemon.Stderr = &said
	b.must(daemon.Start())
	go func() { defer close(ended); _ = daemon.Wait() }()
	b.t.Cleanup(func() {
		_ = daemon.Process.Kill()
		<-ended
		if b.t.Failed() {
			b.t.Logf("sshd said:\n%s", said.String())
		}
	})
	over := false
	kit.Eventually(b.t, "the OpenSSH server", func() bool {
		select {
		case <-ended:
			over = true
		default:
		}
		return over || strings.Contains(said.String(), "Server listening on")
	})
	if over && !strings.Contains(said.String(), "Address already in use") {
		b.t.Fatalf("sshd has ended: %s", said.String())
	}
	b.Server = daemon.Process.Pid
	return !over
}

// Command writes, in a folder for PATH, an ssh that knows these boxes and nothing
// of the user's own configuration. before is what its shell runs first, "" for
// nothing.
func Command(t testing.TB, bin, before string, boxes ...*Box) {
	t.Helper()
	program, err := exec.LookPath("ssh")
	if err != nil {
		kit.Missing(t, "ssh, the OpenSSH client")
	}
	config := ""
	for _, b := range boxes {
		config += "Include " + b.Config + "\n"
	}
	files.Mkdir(t, bin)
	files.Write(t, filepath.Join(bin, "ssh_config"), []byte(config))
	files.Program(t, filepath.Join(bin, "ssh"),
		fmt.Sprintf("#!/bin/sh\n%s\nexec %s -F '%s' \"$@\"\n", before, program, filepath.Join(bin, "ssh_config")))
}

// write writes a file of the Box's and returns its path.
func (b *Box) write(name string, first []string, format string, args ...any) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	text := strings.ReplaceAll(strings.Join(append(first, ""), "\n"), "DIR", b.dir) + fmt.Sprintf(format, args...)
	b.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// key makes a key with the real tool, so that no key lies in the project.
func (b *Box) key(name string) (private, public string) {
	b.t.Helper()
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		kit.Missing(b.t, "ssh-keygen")
	}
	private = filepath.Join(b.dir, name)
	if out, err := exec.Command(tool, "-q", "-t", "ed25519", "-N", "", "-f", private).CombinedOutput(); err != nil {
		b.t.Fatalf("%v: %s", err, out)
	}
	return private, string(files.Read(b.t, private+".pub"))
}

// user is who logs in, and for a user of their own the passwd file that has them.
func (b *Box) user(uid int) (name, users string) {
	b.t.Helper()
	if uid == 0 {
		me, err := user.Current()
		b.must(err)
		return me.Username, ""
	}
	b.must(os.Chown(b.Home, uid, uid))
	for _, path := range []string{b.dir, filepath.Join(b.dir, "authorized_keys")} {
		b.must(os.Chmod(path, 0o755)) // the server reads the keys as that user
	}
	known := string(files.Read(b.t, "/etc/passwd"))
	users = b.write("passwd", nil, "%sborrower:x:%d:%d::%s:/bin/sh\n", known, uid, uid, b.Home)
	b.must(os.Chmod(users, 0o644))
	return "borrower", users
}

func (b *Box) must(err error) {
	b.t.Helper()
	must.Do(b.t, err)
}

// freePort is one that nobody listens on now.
func freePort(t testing.TB) string {
	t.Helper()
	l := must.Get(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
