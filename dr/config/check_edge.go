package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What a probe may send. Only the write probe writes.
var (
	reading = []string{"GET", "HEAD"}
	writing = []string{"POST", "PUT", "PATCH"}
)

func (d *document) edge() {
	e := &d.config.Edge
	d.optional("edge.distribution", e.Distribution, distribution)
	d.optional("edge.profile", e.Profile, profileName)
	d.cloudflare(e.Cloudflare)
	each(d, "edge.resolvers", e.Resolvers, d.resolver)
	d.optional("edge.health_field", e.HealthField, fieldPath)
	d.probe("edge.pages", e.Pages, reading...)
	d.probe("edge.api", e.API, reading...)
	d.probe("edge.write", e.Write, writing...)
	if e.API.URL == "" {
		d.doubt("edge.api", "is missing: which region serves cannot be proven", "write the public health URL, like https://www.example.com/api/health")
	}
}

func (d *document) cloudflare(c Cloudflare) {
	const field = "edge.cloudflare"
	d.httpURL(field+".endpoint", c.Endpoint)
	d.optional(field+".token_env", c.TokenEnv, variableName)
	if c.Zone == "" && (len(c.Records) > 0 || c.Endpoint != "" || c.TokenEnv != "") {
		d.bad(field+".zone", "is missing", "write the zone that the records are in, like example.com")
		return
	}
	d.optional(field+".zone", c.Zone, dnsName)
	each(d, field+".records", c.Records, func(f, name string) {
		d.required(f, name, dnsName)
		if name != c.Zone && !strings.HasSuffix(name, "."+c.Zone) {
			d.bad(f, quote(name)+" is not in the zone "+c.Zone, "write the whole name, like "+strings.Trim(name, ".")+"."+c.Zone)
		}
	})
}

// probe checks a question over HTTP. One that has no URL has nothing else either.
func (d *document) probe(field string, p Probe, methods ...string) {
	if p.URL == "" {
		if p.Dial != "" || p.Host != "" || p.CAFile != "" || p.Method != "" || p.Body != "" || len(p.Headers) > 0 || p.Resolve != "" {
			d.bad(field+".url", "is missing", "write one like https://www.example.com/api/health")
		}
		return
	}
	d.httpURL(field+".url", p.URL)
	if p.Dial != "" {
		d.address(field+".dial", p.Dial)
	}
	if p.Host != "" && !validHost(strings.Trim(withoutPort(p.Host), "[]")) {
		d.bad(field+".host", quote(p.Host)+" is no host name", "write one like www.example.com")
	}
	among(d, field+".method", p.Method, methods...)
	if p.Resolve != "" {
		d.resolver(field+".resolve", p.Resolve)
	}
	d.headers(field+".headers", p.Headers)
}

func withoutPort(host string) string {
	if i := strings.LastIndex(host, ":"); i >= 0 && validPort(host[i+1:]) {
		return host[:i]
	}
	return host
}

var secretHeaders = lazily(`(?i)authorization|cookie|token|secret|password|credential|api-?key`)

func (d *document) headers(field string, h map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		at := join(field, name)
		d.optional(at, name, headerName)
		switch {
		case name == "":
			d.bad(at, "has no name", "write one like Accept: application/json")
		case secretHeaders().MatchString(name):
			d.bad(at, "looks like a secret, and none belongs in "+FileName, "remove it, and change it: it has been in a file. Probes ask what anyone may ask")
		case strings.ContainsAny(h[name], "\r\n"):
			d.bad(at, "has more than one line", "write it on one")
		}
	}
}

var sslModes = []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}

func (d *document) database(field string, db Database) {
	d.required(field+".id", db.ID, databaseID)
	d.optional(field+".isolation_group", db.IsolationGroup, securityID)
	c := db.Connection
	if c == nil {
		return
	}
	field += ".connection"
	d.host(field+".host", c.Host)
	d.required(field+".user", c.User, sqlName)
	d.required(field+".database", c.Database, sqlName)
	if d.given(field+".port") && (c.Port < 1 || c.Port > 65535) {
		d.bad(field+".port", fmt.Sprintf("%d is no port", c.Port), "write 1 to 65535, like 5432")
	}
	among(d, field+".sslmode", c.SSLMode, sslModes...)
	d.optional(field+".password_env", c.PasswordEnv, variableName)
	d.optional(field+".heartbeat", c.Heartbeat, tableName)
}
