package tf

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// MirrorEnv names a folder that holds providers (registry.terraform.io/hashicorp/aws/...), where the registry cannot or
// must not be asked.
const MirrorEnv = "LIFEBOAT_TERRAFORM_MIRROR"

const (
	registry = "registry.terraform.io"
	provider = registry + "/hashicorp/aws"
)

// Mirror is the folder of a local mirror that holds a hashicorp/aws provider which the stack accepts, for this machine; ""
// where there is none and the registry is asked. MirrorEnv is looked at first, then the usual places.
func Mirror() string {
	for _, dir := range mirrors() {
		if holdsProvider(dir) {
			return dir
		}
	}
	return ""
}

// mirrors are the folders to look at: Terraform's own, and those that images and packages put providers into.
func mirrors() []string {
	if dir := os.Getenv(MirrorEnv); dir != "" {
		return []string{dir}
	}
	dirs := []string{"terraform.d/plugins"}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".terraform.d", "plugins"), filepath.Join(home, ".local", "share", "terraform", "plugins"))
	}
	dirs = append(dirs, "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
	for _, around := range []string{"/opt/*", "/opt/*/*", "/usr/local/share/*", "/usr/local/lib/*", "/usr/share/*", "/var/lib/*"} {
		found, _ := filepath.Glob(filepath.Join(around, registry))
		for _, f := range found {
			dirs = append(dirs, filepath.Dir(f))
		}
	}
	return dirs
}

// holdsProvider looks for an unpacked or packed provider of an accepted version for this machine.
func holdsProvider(dir string) bool {
	machine := runtime.GOOS + "_" + runtime.GOARCH
	base := filepath.Join(dir, filepath.FromSlash(provider))
	unpacked, _ := filepath.Glob(filepath.Join(base, "*", machine))
	packed, _ := filepath.Glob(filepath.Join(base, "terraform-provider-aws_*_"+machine+".zip"))
	for _, path := range packed {
		unpacked = append(unpacked, filepath.Join(strings.Split(filepath.Base(path), "_")[1], machine))
	}
	return slices.ContainsFunc(unpacked, func(path string) bool {
		version := filepath.Base(filepath.Dir(path))
		return !before(version, "5.100.0") && before(version, "7.0.0")
	})
}

// cliConfig is the CLI configuration of a run: no questions to HashiCorp, and providers from the mirror where there is one.
func cliConfig(mirror string) string {
	var b strings.Builder
	b.WriteString("disable_checkpoint = true\n")
	if mirror != "" {
		fmt.Fprintf(&b, "provider_installation {\n  filesystem_mirror {\n    path    = %s\n    include = [%q]\n  }\n  direct {\n    exclude = [%q]\n  }\n}\n",
			strconv.Quote(mirror), provider, provider)
	}
	return b.String()
}

// ownConfig is the CLI configuration that the user keeps, "" where there is none: it is left in force, since it may hold
// credentials and a mirror of its own.
func ownConfig() string {
	paths := []string{os.Getenv("TF_CLI_CONFIG_FILE")}
	if home, err := os.UserHomeDir(); err == nil && paths[0] == "" {
		paths = []string{filepath.Join(home, ".terraformrc"), filepath.Join(home, ".tofurc")}
	}
	for _, p := range paths {
		if info, err := os.Stat(p); p != "" && err == nil && info.Mode().IsRegular() {
			return p
		}
	}
	return ""
}
