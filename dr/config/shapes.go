package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// shape is what a name must look like. "N/A", a blank or another service's identifier is caught here, before it is
// looked for or written anywhere.
type shape struct {
	what   string // "is no <what>"
	like   string // "write one like <like>"
	fits   func(string) bool
	secret bool // people put secrets here by mistake: the value is not repeated
}

// shapeOf is the shape of what matches re whole and is at most so long. The expression is compiled when it is first
// needed, and lengths are not part of it: both would cost every start milliseconds.
func shapeOf(what, like string, longest int, re string) shape {
	compiled := lazily(`\A(?:` + re + `)\z`)
	return shape{what: what, like: like, fits: func(s string) bool { return len(s) <= longest && compiled().MatchString(s) }}
}

var (
	estateName   = shapeOf("estate name: small letters, digits and dashes", "my-estate", 63, `[a-z0-9]([a-z0-9-]*[a-z0-9])?`)
	regionName   = shapeOf("AWS region name", "us-east-1", 32, `[a-z][a-z]+(-[a-z]+)+-[0-9]+`)
	profileName  = shapeOf("AWS profile name", "ops-read", 128, `[A-Za-z0-9_.@:/+=,-]+`)
	roleARN      = shapeOf("ARN of an IAM role", "arn:aws:iam::123456789012:role/lifeboat-read", 512, `arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+`)
	mfaSerial    = shapeOf("ARN of an MFA device", "arn:aws:iam::123456789012:mfa/operator", 512, `arn:aws[a-z-]*:iam::[0-9]{12}:mfa/[A-Za-z0-9+=,.@_/-]+`)
	bucketName   = shapeOf("S3 bucket name", "prod-lifeboat", 63, `[a-z0-9][a-z0-9.-]+[a-z0-9]`)
	keyPrefix    = shapeOf("prefix of S3 keys that ends in a slash", "lifeboat/", 256, `([A-Za-z0-9!_.*'()-]+/)+`)
	objectKey    = shapeOf("S3 key", "lifeboat/roles.auto.tfvars.json", 512, `[A-Za-z0-9!_.*'()/-]+`)
	securityID   = shapeOf("security group id", "sg-0123456789abcdef0", 40, `sg-[0-9a-f]{8,}`)
	environment  = shapeOf("environment name", "primary", 64, `[A-Za-z0-9_.:/-]+`)
	serviceName  = shapeOf("service name", "backend", 64, `[A-Za-z0-9_][A-Za-z0-9_.-]*`)
	ecsName      = shapeOf("name that ECS allows: letters, digits, _ and -", "prod-backend", 255, `[A-Za-z0-9_-]+`)
	balancerName = shapeOf("load balancer name: 32 letters, digits and dashes at most", "prod-alb", 32, `[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?`)
	databaseID   = shapeOf("RDS instance identifier", "prod-db", 63, `[A-Za-z][A-Za-z0-9-]*`)
	repository   = shapeOf("ECR repository name", "prod/backend", 256, `[a-z0-9]+([._/-]+[a-z0-9]+)*`)
	secretName   = shapeOf("name or ARN of a Secrets Manager secret", "prod/db-credentials", 512, `[A-Za-z0-9/_+=.@:-]+`)
	prefix       = shapeOf("name prefix", "prod-", 63, `[A-Za-z0-9][A-Za-z0-9_./-]*`)
	distribution = shapeOf("CloudFront distribution id", "E2QWRUHAPOMQZL", 32, `[A-Z0-9]{6}[A-Z0-9]*`)
	dnsName      = shapeOf("DNS name", "example.com", 253, `(\*\.)?`+label+`(\.`+label+`)*\.?`)
	sqlName      = shapeOf("PostgreSQL name", "app", 63, `[A-Za-z_][A-Za-z0-9_$.@-]*`)
	tableName    = shapeOf("table with its schema", "public.heartbeat", 127, `[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*`)
	fieldPath    = shapeOf("path of fields with dots between", "environment", 256, `[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*`)
	headerName   = shapeOf("HTTP header name", "Accept", 128, "[A-Za-z0-9!#$%&'*+.^_`|~-]+")
	variableName = hidden(shapeOf("name of an environment variable: capitals, digits and _",
		"DB_PASSWORD, and put the secret itself into that variable", 64, `[A-Z_][A-Z0-9_]*`))
)

// label is one part of a DNS name.
const label = `[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?`

func hidden(s shape) shape {
	s.secret = true
	return s
}

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
	if value == "" || s.fits(value) {
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
	return !strings.Contains(s, ":") && dnsName.fits(s) && !strings.HasPrefix(s, "*")
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
