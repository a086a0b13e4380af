package item

import "testing"

func TestKeys(t *testing.T) {
	for _, tt := range []struct{ label, want string }{
		{"Open", "open"},
		{"Sign in", "sign"},
		{"Start at login", "saltrogin"},
		{"Don’t stay", "dsontay"},
		{"Öffnen", "fne"},
		{"Über das", "dberas"},
		{"2 loans (beta)…", "lboanset"},
		{"A & B", "ab"},
		{"…", ""},
		{"", ""},
		{"退出", ""},
		{"Rekeyを開く…", ""},
		{"Codex 로그인", ""},
		{"Open بيت", ""},
		{"👩‍🚀 box", "box"},
		{"a_b", ""},
		{"Keep b@example.com", "kep"},
		{"ada@example.com abmelden", "abmeldn"},
		{"Copy example.com/device", "copy"},
		{"Keep a_b@example.com", ""},
		{"\u212a", ""}, // whose lower case is k
	} {
		if got := string(Keys(tt.label)); got != tt.want {
			t.Errorf("the keys of %q are %q, want %q", tt.label, got, tt.want)
		}
	}
}
