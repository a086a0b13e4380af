package fault_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"rekey/internal/fault"
)

var errGone = fault.New("gone", "it is gone")

func TestEnglish(t *testing.T) {
	f := fault.New("write", "write {{.Where}}: {{.Why}}", "Where", "{{.Why}}", "Why", errGone)
	if got, want := f.Error(), "write {{.Why}}: it is gone"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(f, errGone) {
		t.Error("it does not wrap its cause")
	}
}

// What another process is told has the codes and no more than the text.
func TestEncode(t *testing.T) {
	sent := fault.New("write", "write {{.Where}}: {{.Why}}", "Where", "/x", "Why",
		fault.New("cannot", "it cannot: {{.Why}}", "Why", fs.ErrPermission))
	got := fault.Decode(fault.Encode(sent))
	var coded fault.Coded
	if !errors.As(got, &coded) || coded.AsFault().Code() != "write" || got.Error() != sent.Error() {
		t.Fatalf("decoded is %v", got)
	}
	args := coded.AsFault().Args()
	i := slices.Index(args, any("Why"))
	if inner, ok := args[i+1].(fault.Coded); i < 0 || !ok || inner.AsFault().Code() != "cannot" || inner.Error() != "it cannot: permission denied" {
		t.Errorf("its cause is %v", args)
	}
	for _, text := range []string{"", "null", "{}", `"x"`, `{"code":"x"}`} {
		if err := fault.Decode([]byte(text)); err != nil {
			t.Errorf("Decode(%s) = %v, want nil", text, err)
		}
	}
	if got := fault.Decode(fault.Encode(fs.ErrNotExist)); got == nil || got.Error() != fs.ErrNotExist.Error() || errors.As(got, &coded) {
		t.Errorf("an error without a code comes back as %#v", got)
	}
}
