package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		in      []string
		out     []string // must be in what is shown
		not     []string // must not
		skipped string
		passed  bool
	}{
		{
			name: "a passing package is one line",
			in: []string{
				`{"Action":"start","Package":"p"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"chatter\n"}`,
				`{"Action":"pass","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Output":"PASS\n"}`,
				`{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			out:    []string{"ok  \tp\t0.1s\n", "1 passed, 0 failed, 0 skipped"},
			not:    []string{"chatter", "PASS"},
			passed: true,
		},
		{
			name: "a failing test is shown in full",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: got 1, want 2\n"}`,
				`{"Action":"fail","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			out: []string{"p TestA\n", "got 1, want 2", "FAIL\tp", "0 passed, 1 failed"},
		},
		{
			name: "a process that dies shows what was running",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: oh\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			out: []string{"panic: oh"},
		},
		{
			name: "a skipped test is listed with its last message",
			in: []string{
				`{"Action":"output","Package":"p","Test":"TestA/b","Output":"    a_test.go:9: looking\n"}`,
				`{"Action":"output","Package":"p","Test":"TestA/b","Output":"    require.go:12: dunst is not installed\n"}`,
				`{"Action":"output","Package":"p","Test":"TestA/b","Output":"--- SKIP: TestA/b (0.00s)\n"}`,
				`{"Action":"skip","Package":"p","Test":"TestA/b"}`,
			},
			out:     []string{"1 skipped"},
			skipped: "p TestA/b: dunst is not installed\n",
			passed:  true,
		},
		{
			name:   "a package without tests is no skipped test",
			in:     []string{`{"Action":"skip","Package":"p"}`},
			out:    []string{"0 skipped"},
			passed: true,
		},
		{
			name: "a build that fails is shown",
			in: []string{
				`{"ImportPath":"p","Action":"build-output","Output":"a.go:1: undefined: x\n"}`,
				`{"ImportPath":"p","Action":"build-fail"}`,
			},
			out: []string{"undefined: x"},
		},
		{
			name:   "words that are no event are shown",
			in:     []string{"go: no such tool"},
			out:    []string{"go: no such tool"},
			passed: true, // go's own exit status says the rest
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, skipped strings.Builder
			passed, err := report(strings.NewReader(strings.Join(tt.in, "\n")), &out, &skipped)
			if err != nil {
				t.Fatal(err)
			}
			if passed != tt.passed {
				t.Errorf("passed = %v, want %v", passed, tt.passed)
			}
			for _, want := range tt.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("out = %q, want %q in it", out.String(), want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("out = %q, want no %q in it", out.String(), not)
				}
			}
			if skipped.String() != tt.skipped {
				t.Errorf("skipped = %q, want %q", skipped.String(), tt.skipped)
			}
		})
	}
}
