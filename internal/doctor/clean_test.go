package doctor

import "testing"

func TestClean(t *testing.T) {
	c := newCleaner(Inputs{UserHome: "/home/ada", User: "ada", Host: "engine.example.org"})
	for text, want := range map[string]string{
		"":                                           "",
		"/home/ada/.codex":                           "~/.codex",
		"/home/ada":                                  "~",
		"open /home/ada: no":                         "open ~: no",
		"/home/adam/.codex":                          "/home/adam/.codex",
		"/home/ada2 and /home/ada/x":                 "/home/ada2 and ~/x",
		"ada@example.com · Pro":                      "a…@e… · Pro",
		"<grace.hopper@navy.mil>, ok":                "<g…@n…>, ok",
		"mail=é@ü.example":                           "mail=é…@ü…",
		"http://ada:secret@proxy:3128":               "http://proxy:3128",
		"socks5://tok@proxy":                         "socks5://proxy",
		"the machine engine is ENGINE":               "the machine [name] is [name]",
		"engine.example.org":                         "[name]",
		"ada ada, canada":                            "[name] [name], canada",
		"token eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl end": "token [redacted] end",
		"sk-proj-0123456789 and rt-abcdefghij":       "[redacted] and [redacted]",
		"0123456789abcdef0123456789abcdef":           "[redacted]",
		"codex-cli 0.169.0":                          "codex-cli 0.169.0",
		"state/184b6f370f6b30ef/rekey.log":           "state/184b6f370f6b30ef/rekey.log",
		"\xff":                                       "\ufffd",
	} {
		if got := c.text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	// A name that is one of Rekey's own words would tell nothing, and hide much.
	plain := newCleaner(Inputs{UserHome: "/", User: "codex", Host: "x"})
	if got := plain.text("the codex of /srv/codex on x"); got != "the codex of /srv/codex on x" {
		t.Errorf("it becomes %q", got)
	}
}
