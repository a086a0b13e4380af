package lang

import "strings"

// propertyList are the texts of a list as macOS prints it:
//
//	(
//	    "zh-Hans-CN",
//	    en
//	)
func propertyList(text string) (items []string) {
	for _, line := range strings.Split(strings.Trim(strings.TrimSpace(text), "()"), "\n") {
		if item := strings.Trim(strings.TrimSpace(line), `",`); item != "" {
			items = append(items, item)
		}
	}
	return items
}
