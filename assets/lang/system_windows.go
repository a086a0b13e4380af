package lang

import "golang.org/x/sys/windows"

// systemLanguages are those of the user's settings, the first most wanted.
func systemLanguages() []string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return names
}
