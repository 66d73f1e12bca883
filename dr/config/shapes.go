package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// shape is what a name must look like. "N/A", a blank or another service's identifier is caught here, before it is
// looked for or written anywhere.
type shape struct {
	re     *regexp.Regexp
	what   string // "is no <what>"
	like   string // "write one like <like>"
	secret bool   // people put secrets here by mistake: the value is not repeated
}

func shapeOf(what, like, re string) shape {
	return shape{re: regexp.MustCompile(`\A(?:` + re + `)\z`), what: what, like: like}
}

const dnsLabels = `[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?`

var (
	estateName   = shapeOf("estate name: small letters, digits and dashes", "my-estate", `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`)
	regionName   = shapeOf("AWS region name", "us-east-1", `[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}`)
	profileName  = shapeOf("AWS profile name", "ops-read", `[A-Za-z0-9_.@:/+=,-]{1,128}`)
	roleARN      = shapeOf("ARN of an IAM role", "arn:aws:iam::123456789012:role/lifeboat-read", `arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}`)
	environment  = shapeOf("environment name", "primary", `[A-Za-z0-9_.:/-]{1,64}`)
	serviceName  = shapeOf("service name", "backend", `[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}`)
	ecsName      = shapeOf("name that ECS allows: letters, digits, _ and -", "prod-backend", `[A-Za-z0-9_-]{1,255}`)
	balancerName = shapeOf("load balancer name: 32 letters, digits and dashes at most", "prod-alb", `[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?`)
	databaseID   = shapeOf("RDS instance identifier", "prod-db", `[A-Za-z][A-Za-z0-9-]{0,62}`)
	repository   = shapeOf("ECR repository name", "prod/backend", `[a-z0-9]+([._/-]+[a-z0-9]+)*`)
	secretName   = shapeOf("name or ARN of a Secrets Manager secret", "prod/db-credentials", `[A-Za-z0-9/_+=.@:-]{1,512}`)
	container    = shapeOf("container name", "app", `[A-Za-z0-9_-]{1,255}`)
	prefix       = shapeOf("name prefix", "prod-", `[A-Za-z0-9][A-Za-z0-9_./-]{0,62}`)
	distribution = shapeOf("CloudFront distribution id", "E2QWRUHAPOMQZL", `[A-Z0-9]{6,21}`)
	dnsName      = shapeOf("DNS name", "example.com", `(\*\.)?`+dnsLabels)
	sqlName      = shapeOf("PostgreSQL name", "app", `[A-Za-z_][A-Za-z0-9_$.@-]{0,62}`)
	tableName    = shapeOf("table with its schema", "public.heartbeat", `[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}`)
	fieldPath    = shapeOf("path of fields with dots between", "environment", `[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*`)
	headerName   = shapeOf("HTTP header name", "Accept", "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
	variableName = shape{re: regexp.MustCompile(`\A[A-Z_][A-Z0-9_]{0,63}\z`), secret: true,
		what: "name of an environment variable: capitals, digits and _", like: "DB_PASSWORD, and put the secret itself into that variable"}
)

// required notes a missing or misshapen value.
func (d *document) required(field, value string, s shape) {
	if value == "" {
		d.bad(field, "is missing", "write one like "+s.like)
		return
	}
	d.optional(field, value, s)
}

// optional notes a misshapen value.
func (d *document) optional(field, value string, s shape) {
	if value == "" || s.re.MatchString(value) {
		return
	}
	shown := quote(value) + " is"
	if s.secret {
		shown = "is"
	}
	d.bad(field, shown+" no "+s.what, "write one like "+s.like)
}

// among notes a value that is none of words; an empty one is left to the defaults.
func among[S ~string](d *document, field string, value S, words ...S) {
	for _, w := range words {
		if value == w {
			return
		}
	}
	if value != "" {
		d.bad(field, quote(string(value))+" is not known here", "write "+oneOf(words...))
	}
}

// httpURL notes what is no absolute http(s) URL, or holds a password.
func (d *document) httpURL(field, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		d.bad(field, quote(value)+" is no absolute http or https URL", "write one like https://www.example.com/api/health")
	case u.User != nil:
		d.bad(field, "holds a user or password, and no secret belongs in "+FileName, "write the URL without what stands before the @")
	case u.Port() != "" && !validPort(u.Port()):
		d.bad(field, quote(value)+" has a port that cannot be", "ports are 1 to 65535")
	case u.Fragment != "":
		d.bad(field, quote(value)+" has a fragment (#), which is never sent", "leave it out")
	}
}

// host notes what is neither a name nor an address.
func (d *document) host(field, value string) {
	switch {
	case value == "":
		d.bad(field, "is missing", "write one like db.example.com")
	case !validHost(value):
		d.bad(field, quote(value)+" is no host name or address", "write one like db.example.com, without scheme or port")
	}
}

// address notes what is no host:port.
func (d *document) address(field, value string) {
	host, port, err := net.SplitHostPort(value)
	if err != nil || host == "" || !validPort(port) || !validHost(host) {
		d.bad(field, quote(value)+" is no address with a port", "write one like alb.example.com:443 or 127.0.0.1:8443")
	}
}

// resolver notes what is no host or host:port.
func (d *document) resolver(field, value string) {
	host, port, err := net.SplitHostPort(withPort(value, "53"))
	if err != nil || !validPort(port) || !validHost(host) {
		d.bad(field, quote(value)+" is no resolver", "write an address, with a port where it is not 53: 1.1.1.1 or 127.0.0.1:5353")
	}
}

// withPort is value with a port, its own or the given one.
func withPort(value, port string) string {
	if _, _, err := net.SplitHostPort(value); err == nil || value == "" {
		return value
	}
	return net.JoinHostPort(strings.Trim(value, "[]"), port)
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 65535 && s == strconv.Itoa(n)
}

func validHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return !strings.Contains(s, ":") && dnsName.re.MatchString(s) && !strings.HasPrefix(s, "*")
}

// each runs a check over a list and notes what is in it twice.
func each[T comparable](d *document, field string, list []T, check func(field string, v T)) {
	for i, v := range list {
		check(fmt.Sprintf("%s[%d]", field, i), v)
	}
	if i, first, found := duplicate(list); found {
		d.bad(fmt.Sprintf("%s[%d]", field, i), fmt.Sprintf("%v is there already", quote(fmt.Sprint(list[i]))),
			fmt.Sprintf("it is %s[%d] too; leave one out", field, first))
	}
}
