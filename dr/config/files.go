package config

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// checkFiles makes the paths in the config absolute, from dir, and notes those that do not hold a certificate.
func (d *document) checkFiles(dir string) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	for field, path := range d.config.files() {
		if *path == "" {
			continue
		}
		if !filepath.IsAbs(*path) {
			*path = filepath.Join(abs, *path)
		}
		if err := holdsCertificate(*path); err != nil {
			d.bad(field, err.Error(), fileRemedy(*path))
		}
	}
}

// files gives every field that names a file.
func (c *Config) files() map[string]*string {
	m := map[string]*string{
		"edge.pages.ca_file": &c.Edge.Pages.CAFile,
		"edge.api.ca_file":   &c.Edge.API.CAFile,
		"edge.write.ca_file": &c.Edge.Write.CAFile,
	}
	for field, r := range map[string]*Region{"regions.primary": &c.Regions.Primary, "regions.standby": &c.Regions.Standby} {
		m[field+".ca_file"] = &r.CAFile
		m[field+".probe.ca_file"] = &r.Probe.CAFile
		for i, db := range r.Databases {
			if db.Connection != nil {
				m[fmt.Sprintf("%s.databases[%d].connection.root_ca", field, i)] = &db.Connection.RootCA
			}
		}
	}
	return m
}

func holdsCertificate(path string) error {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q", path)
	case err != nil:
		return fmt.Errorf("cannot be read: %w", err)
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Errorf("%q holds a certificate that cannot be read: %w", path, err)
		}
		return nil
	}
	return fmt.Errorf("%q holds no certificate", path)
}

func fileRemedy(path string) string {
	if strings.Contains(path, "~") {
		return "write the whole path: ~ is not filled in"
	}
	return "name a PEM file with a CERTIFICATE in it; paths are relative to the config file"
}
