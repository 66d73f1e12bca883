package config

import (
	"fmt"
	"strings"
	"testing"
)

// What reading the config adds to a start, for the reference estate and for 500 services a region.
func BenchmarkParse(b *testing.B) {
	var services, primary, standby strings.Builder
	for i := range 500 {
		fmt.Fprintf(&services, "  - {name: s%d, full: 2, standby: 1}\n", i)
		fmt.Fprintf(&primary, "          s%d: prod-s%d\n", i, i)
		fmt.Fprintf(&standby, "          s%d: dr-s%d\n", i, i)
	}
	large := strings.NewReplacer(
		"          frontend: prod-frontend\n", primary.String()+"          frontend: prod-frontend\n",
		"          frontend: dr-frontend\n", standby.String()+"          frontend: dr-frontend\n",
		"  - {name: frontend,", services.String()+"  - {name: frontend,").Replace(Example())
	for name, text := range map[string]string{"reference": Example(), "500 services": large} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse("lifeboat.yaml", []byte(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
