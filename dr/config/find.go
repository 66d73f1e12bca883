package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

// EnvFile names the config in the environment.
const EnvFile = "LIFEBOAT_CONFIG"

// FileName is what the config is called where no one names it.
const FileName = "lifeboat.yaml"

// NotFoundError says that there is no config, and where it was looked for.
type NotFoundError struct {
	Looked []string // places in the order they were looked at, as a person would write them
}

func (e *NotFoundError) Error() string {
	return "no " + FileName + " found; looked at " + strings.Join(e.Looked, ", ")
}

// Find gives the path of the config: the flag's, LIFEBOAT_CONFIG's, ./lifeboat.yaml, or lifeboat/lifeboat.yaml in the
// XDG config directories (~/.config), the first that there is. A path that was named (flag or environment) and is not
// there ends the search: another file in its place would be another estate. The error is then a *NotFoundError with
// that one place in it.
func Find(flag string) (string, error) {
	named := []struct{ path, how string }{
		{flag, "--config " + flag},
		{os.Getenv(EnvFile), EnvFile + "=" + os.Getenv(EnvFile)},
	}
	for _, n := range named {
		if n.path != "" {
			return there(n.path, n.how)
		}
	}
	missing := &NotFoundError{Looked: []string{EnvFile + " (not set)"}}
	for _, path := range usualPlaces() {
		found, err := there(path, path)
		var gone *NotFoundError
		switch {
		case err == nil:
			return found, nil
		case errors.As(err, &gone):
			missing.Looked = append(missing.Looked, gone.Looked...)
		default:
			return "", err
		}
	}
	return "", missing
}

func usualPlaces() []string {
	places := []string{"." + string(filepath.Separator) + FileName}
	for _, dir := range append([]string{xdg.ConfigHome}, xdg.ConfigDirs...) {
		places = append(places, filepath.Join(dir, "lifeboat", FileName))
	}
	return places
}

// there says whether path can be looked at. Only a clear "does not exist" is not found: a directory without
// permission may hold the very file that was meant.
func there(path, how string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", &NotFoundError{Looked: []string{how}}
	case err != nil:
		return "", fmt.Errorf("could not look for the config at %s: %w", how, err)
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory; name the file, like %s", how, filepath.Join(path, FileName))
	}
	return path, nil
}
