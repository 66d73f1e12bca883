package config

import (
	"errors"
	"strings"
	"testing"
)

// small is the smallest whole config; the tests change a line of it.
const small = `version: 1
estate: shop
strategy: warm-standby
objectives:
  rpo: 5m
  rto: 1h
regions:
  primary:
    name: us-east-1
    environment: primary
    discover:
      prefix: shop-
    probe:
      url: https://shop.example/api/health
      dial: 127.0.0.2:8443
  standby:
    name: us-west-2
    environment: dr
    clusters:
      - name: dr
        services: {web: dr-web}
    balancers:
      - name: dr-alb
    databases:
      - id: dr-db
        connection:
          host: db.example
          user: lifeboat
          database: app
    probe:
      url: https://shop.example/api/health
services:
  - name: web
    full: 2
    standby: 1
edge:
  cloudflare:
    zone: shop.example
    records: [shop.example]
  resolvers: [1.1.1.1, 127.0.0.1:5353]
  api:
    url: https://shop.example/api/health
refresh:
  fast: 15s
waits:
  dark: 3
`

func TestTheSmallestConfigIsRightAndHasNoWarning(t *testing.T) {
	d := read("lifeboat.yaml", []byte(small))
	if len(d.problems) > 0 || len(d.warnings) > 0 {
		t.Fatalf("problems:\n%v\nwarnings:\n%v", Errors(d.problems), Errors(d.warnings))
	}
}

// Each case changes one thing of small; want is what is said, in whole lines.
func TestEachProblemIsNamedWithItsPlaceAndItsRemedy(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"version missing", "version: 1\n", "", `lifeboat.yaml:1:1: version: is missing; write version: 1`},
		{"version", "version: 1", "version: 2", `lifeboat.yaml:1:1: version: 2 is not known to this Lifeboat; write version: 1, or use a newer Lifeboat`},
		{"version text", "version: 1", `version: "1"`, `lifeboat.yaml:1:10: version: is a text, not a whole number; write one like 2, without quotes`},
		{"estate", "estate: shop", "estate: My Shop", `lifeboat.yaml:2:1: estate: "My Shop" is no estate name: small letters, digits and dashes; write one like my-estate`},
		{"strategy", "warm-standby", "warm", `lifeboat.yaml:3:1: strategy: "warm" is not known here; write warm-standby, cold-standby or pilot-light`},
		{"strategy missing", "strategy: warm-standby\n", "", `lifeboat.yaml:1:1: strategy: is missing; write warm-standby, cold-standby or pilot-light`},
		{"no value", "strategy: warm-standby", "strategy:", `lifeboat.yaml:1:1: strategy: is missing; write warm-standby, cold-standby or pilot-light`},
		{"rpo without unit", "rpo: 5m", "rpo: 300", `lifeboat.yaml:5:8: objectives.rpo: "300" has no unit; write one, like 300s or 300m`},
		{"rpo zero", "rpo: 5m", "rpo: 0s", `lifeboat.yaml:5:8: objectives.rpo: 0s is no time to wait; write more than 0s, or leave the field out`},
		{"rto missing", "  rto: 1h\n", "", `lifeboat.yaml:4:1: objectives.rto: is missing; write one like 1h`},
		{"rto nonsense", "rto: 1h", "rto: soon", `lifeboat.yaml:6:8: objectives.rto: "soon" is no duration; write one like 15s, 5m or 1h30m`},
		{"rto too long", "rto: 1h", "rto: 1000h", `lifeboat.yaml:6:3: objectives.rto: 1000h is outside of 1s to 720h; write one like 1h`},
		{"region name", "us-east-1", "us-east", `lifeboat.yaml:9:5: regions.primary.name: "us-east" is no AWS region name; write one like us-east-1`},
		{"same region", "us-west-2", "us-east-1", `lifeboat.yaml:17:5: regions.standby.name: "us-east-1" is the primary's region too; name the other region`},
		{"region is a text", "  standby:\n    name: us-west-2", "  standby: us-west-2\n  other:\n    name: x",
			`lifeboat.yaml:16:12: regions.standby: is a text, not a mapping; write its fields: name, profile, role_arn, endpoint, ca_file, environment, discover, clusters, balancers, databases, repositories, secrets, probe
lifeboat.yaml:17:3: regions.other: there is no such field; here can be primary, standby`},
		{"unknown field", "estate: shop", "estat: shop", `lifeboat.yaml:2:1: estat: there is no such field; did you mean estate?`},
		{"field elsewhere", "estate: shop", "estate: shop\nrpo: 5m", `lifeboat.yaml:3:1: rpo: there is no such field; rpo belongs at objectives.rpo`},
		{"field nowhere", "estate: shop", "estate: shop\nkubernetes: 5m", `lifeboat.yaml:3:1: kubernetes: there is no such field; here can be version, estate, strategy, objectives, regions, services, edge, operator, journal, roles, gates, refresh, waits, terraform, simulated`},
		{"twice", "estate: shop", "estate: shop\nestate: shop", `lifeboat.yaml:3:1: estate: is given twice; it is on line 2 already`},
		{"same environment", "environment: dr", "environment: primary", `lifeboat.yaml:18:5: regions.standby.environment: "primary" is the primary's too; each region's health answer must say a word of its own, like primary and dr`},
		{"one environment", "    environment: dr\n", "", `lifeboat.yaml:16:3: regions.standby.environment: is missing; write one like primary`},
		{"nothing to find by", "    discover:\n      prefix: shop-\n", "",
			`lifeboat.yaml:8:3: regions.primary.clusters: is missing; name the ECS clusters, or write discover with a tag or a prefix to find them by; or terraform: {primary: ours} where Lifeboat is to make them
lifeboat.yaml:8:3: regions.primary.balancers: is missing; name the load balancers, or write discover with a tag or a prefix to find them by; or terraform: {primary: ours} where Lifeboat is to make them
lifeboat.yaml:8:3: regions.primary.databases: is missing; name the databases, or write discover with a tag or a prefix to find them by; or terraform: {primary: ours} where Lifeboat is to make them`},
		{"tag without value", "prefix: shop-", "tag: {key: Estate}", `lifeboat.yaml:12:7: regions.primary.discover.tag.value: is missing or too long; write the tag's value, like prod`},
		{"cluster without services", "        services: {web: dr-web}\n", "", `lifeboat.yaml:20:9: regions.standby.clusters[0].services: is missing; write what each service is called here, like {backend: prod-backend}, or write discover`},
		{"cluster's service unknown", "{web: dr-web}", "{web: dr-web, wbe: x}", `lifeboat.yaml:21:33: regions.standby.clusters[0].services.wbe: "wbe" is none of services; did you mean web?`},
		{"service in two clusters", "    balancers:", "      - {name: two, services: {web: x}}\n    balancers:", `lifeboat.yaml:22:32: regions.standby.clusters[1].services.web: "web" is in cluster "dr" already; a service runs in one cluster of a region`},
		{"cluster twice", "    balancers:", "      - {name: dr, services: {}}\n    balancers:",
			`lifeboat.yaml:22:10: regions.standby.clusters[1].name: "dr" is there already; regions.standby.clusters[0].name has this name too; leave one out
lifeboat.yaml:22:20: regions.standby.clusters[1].services: is missing; write what each service is called here, like {backend: prod-backend}, or write discover`},
		{"balancer N/A", "name: dr-alb", "name: N/A", `lifeboat.yaml:23:9: regions.standby.balancers[0].name: "N/A" is no load balancer name: 32 letters, digits and dashes at most; write one like prod-alb`},
		{"database id", "id: dr-db", "id: dr_db", `lifeboat.yaml:25:9: regions.standby.databases[0].id: "dr_db" is no RDS instance identifier; write one like prod-db`},
		{"database host", "host: db.example", "host: https://db", `lifeboat.yaml:27:11: regions.standby.databases[0].connection.host: "https://db" is no host name or address; write one like db.example.com, without scheme or port`},
		{"port", "host: db.example", "host: db.example\n          port: 0", `lifeboat.yaml:28:11: regions.standby.databases[0].connection.port: 0 is no port; write 1 to 65535, like 5432`},
		{"sslmode", "database: app", "database: app\n          sslmode: on", `lifeboat.yaml:30:11: regions.standby.databases[0].connection.sslmode: "on" is not known here; write disable, allow, prefer, require, verify-ca or verify-full`},
		{"heartbeat", "database: app", "database: app\n          heartbeat: beat", `lifeboat.yaml:30:11: regions.standby.databases[0].connection.heartbeat: "beat" is no table with its schema; write one like public.heartbeat`},
		{"service twice", "edge:", "  - {name: web, full: 1}\nedge:", `lifeboat.yaml:36:6: services[1].name: "web" is there already; services[0] has this name too; give each its own`},
		{"standby above full", "standby: 1", "standby: 3", `lifeboat.yaml:35:5: services[0].standby: 3 is more than full, 2; a standby runs full size at most`},
		{"standby below 0", "standby: 1", "standby: -1", `lifeboat.yaml:35:5: services[0].standby: -1 tasks cannot be; write 0 or more`},
		{"full missing", "    full: 2\n", "", `lifeboat.yaml:33:5: services[0].full: is missing; write the number of tasks when its region serves, like 2`},
		{"full zero", "full: 2", "full: 0", `lifeboat.yaml:34:5: services[0].full: 0 tasks cannot be; write 1 to 5000`},
		{"boolean", "full: 2", "full: 2\n    writes: yes", `lifeboat.yaml:35:13: services[0].writes: is a text, neither true nor false; write true or false, without quotes`},
		{"probe url", "https://shop.example/api/health\n      dial", "shop.example/api\n      dial", `lifeboat.yaml:14:7: regions.primary.probe.url: "shop.example/api" is no absolute http or https URL; write one like https://www.example.com/api/health`},
		{"probe dial", "dial: 127.0.0.2:8443", "dial: 127.0.0.2", `lifeboat.yaml:15:7: regions.primary.probe.dial: "127.0.0.2" is no address with a port; write one like alb.example.com:443 or 127.0.0.1:8443`},
		{"probe that writes", "dial: 127.0.0.2:8443", "method: DELETE", `lifeboat.yaml:15:7: regions.primary.probe.method: "DELETE" is not known here; write GET or HEAD`},
		{"probe without url", "      url: https://shop.example/api/health\n      dial", "      dial", `lifeboat.yaml:13:5: regions.primary.probe.url: is missing; write one like https://www.example.com/api/health`},
		{"distribution by its domain", "edge:", "edge:\n  distribution: d111111abcdef8.cloudfront.net", `lifeboat.yaml:37:3: edge.distribution: "d111111abcdef8.cloudfront.net" is no CloudFront distribution id; write one like E2QWRUHAPOMQZL`},
		{"record outside of the zone", "records: [shop.example]", "records: [grafana]", `lifeboat.yaml:39:15: edge.cloudflare.records[0]: "grafana" is not in the zone shop.example; write the whole name, like grafana.shop.example`},
		{"record twice", "records: [shop.example]", "records: [shop.example, shop.example]", `lifeboat.yaml:39:29: edge.cloudflare.records[1]: "shop.example" is there already; it is edge.cloudflare.records[0] too; leave one out`},
		{"records without zone", "    zone: shop.example\n", "", `lifeboat.yaml:37:3: edge.cloudflare.zone: is missing; write the zone that the records are in, like example.com`},
		{"resolver", "1.1.1.1,", "dns://1.1.1.1,", `lifeboat.yaml:40:15: edge.resolvers[0]: "dns://1.1.1.1" is no resolver; write an address, with a port where it is not 53: 1.1.1.1 or 127.0.0.1:5353`},
		{"not a list", "[1.1.1.1, 127.0.0.1:5353]", "1.1.1.1", `lifeboat.yaml:40:14: edge.resolvers: is a text, not a list; begin each item with a dash, or write [a, b]`},
		{"period", "fast: 15s", "fast: 2h", `lifeboat.yaml:44:3: refresh.fast: 2h is outside of 100ms to 1h; write one like 15s`},
		{"metric period", "fast: 15s", "metrics: 45s", `lifeboat.yaml:44:3: refresh.metrics: 45s is no period of CloudWatch; write 1s, 5s, 10s, 20s, 30s or whole minutes`},
		{"dark", "dark: 3", "dark: 0", `lifeboat.yaml:46:3: waits.dark: 0 periods cannot be; write 1 to 100, like 3`},
		{"director", "waits:", "simulated: {director: here}\nwaits:", `lifeboat.yaml:45:13: simulated.director: "here" is no address with a port; write one like alb.example.com:443 or 127.0.0.1:8443`},
		{"escape sequence", "estate: shop", `estate: "shop\e[31m"`, `lifeboat.yaml:2:9: estate: "shop\x1b[31m" holds a control character; write it as plain text on one line`},
		{"tag", "estate: shop", "estate: !x shop", `lifeboat.yaml:2:9: estate: tags are not read here; write the value alone`},
		{"alias of nothing", "estate: shop", "estate: *x", `lifeboat.yaml:2:9: estate: there is no anchor x before this; write &x where the value first stands`},
		{"alias of itself", "[1.1.1.1, 127.0.0.1:5353]", "&x [*x]", `lifeboat.yaml:40:18: edge.resolvers[0]: there is no anchor x before this; write &x where the value first stands`},
		{"what an alias brings", "{web: dr-web}", "&x {web: dr-web}\n      - {name: two, services: *x}", `lifeboat.yaml:21:23: regions.standby.clusters[1].services.web: "web" is in cluster "dr" already; a service runs in one cluster of a region`},
		{"merge", "estate: shop", "estate: shop\n<<: {a: b}", `lifeboat.yaml:3:1: <<: a key must be a plain word; << is not read here; write the fields out`},
		{"two documents", "waits:", "---\nwaits:", `lifeboat.yaml:46:1: is a second document in one file; keep one estate a file`},
		{"syntax", "estate: shop", "estate: [shop", `lifeboat.yaml:3:1: is not valid YAML: ',' or ']' must be specified`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(small, c.old, c.new, 1)
			if text == small {
				t.Fatalf("%q is not in the small config", c.old)
			}
			_, err := Parse("lifeboat.yaml", []byte(text))
			if err == nil || err.Error() != c.want {
				t.Errorf("said\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestAllProblemsAreNamedAtOnceInTheOrderOfTheFile(t *testing.T) {
	text := strings.NewReplacer("us-east-1", "us-east", "rpo: 5m", "rpo: 5", "full: 2", "full: many", "estate:", "estato:").Replace(small)
	_, err := Parse("f", []byte(text))
	var all Errors
	if !errors.As(err, &all) {
		t.Fatalf("%v is no Errors", err)
	}
	var got []string
	for _, p := range all {
		got = append(got, p.Field)
	}
	if want := "estato objectives.rpo regions.primary.name services[0].full"; strings.Join(got, " ") != want {
		t.Errorf("named %v, want %s", got, want)
	}
}

func TestASecretIsRefusedAndNeverRepeated(t *testing.T) {
	const secret = "hunter2-XyZ"
	for _, c := range []struct{ name, old, new, want string }{
		{"password", "database: app", "database: app\n          password: " + secret, "30:11: regions.standby.databases[0].connection.password: looks like a secret, and none belongs in lifeboat.yaml; remove it, and change it: it has been in a file. The password comes from the environment variable that password_env names, or from ~/.pgpass"},
		{"token", "zone: shop.example", "zone: shop.example\n    api_token: " + secret, "39:5: edge.cloudflare.api_token: looks like a secret, and none belongs in lifeboat.yaml; remove it, and change it: it has been in a file. The token comes from CLOUDFLARE_API_TOKEN, or the variable that token_env names"},
		{"secret key", "name: us-east-1", "name: us-east-1\n    aws_secret_access_key: " + secret, "10:5: regions.primary.aws_secret_access_key: looks like a secret, and none belongs in lifeboat.yaml; remove it, and change it: it has been in a file. Credentials come from an AWS profile (profile:) or the usual environment variables"},
		{"in place of a variable's name", "database: app", "database: app\n          password_env: " + secret, "30:11: regions.standby.databases[0].connection.password_env: is no name of an environment variable: capitals, digits and _; write one like DB_PASSWORD, and put the secret itself into that variable"},
		{"access key", "name: us-east-1", "name: us-east-1\n    profile: AKIAIOSFODNN7EXAMPLE", "10:14: regions.primary.profile: holds a secret, and none belongs in lifeboat.yaml; remove it, and change it: it has been in a file. Credentials come from an AWS profile (profile:) or the usual environment variables"},
		{"header", "dial: 127.0.0.2:8443", "headers: {Authorization: Bearer " + secret + "}", "15:17: regions.primary.probe.headers.Authorization: looks like a secret, and none belongs in lifeboat.yaml; remove it, and change it: it has been in a file. Probes ask what anyone may ask"},
		{"url", "https://shop.example/api/health\n      dial", "https://me:" + secret + "@shop.example/\n      dial", "14:7: regions.primary.probe.url: holds a user or password, and no secret belongs in lifeboat.yaml; write the URL without what stands before the @"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("f", []byte(strings.Replace(small, c.old, c.new, 1)))
			if err == nil || err.Error() != "f:"+c.want {
				t.Fatalf("said\n%v\nwant\nf:%s", err, c.want)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "AKIAIOS") {
				t.Errorf("repeated the secret: %v", err)
			}
		})
	}
}

func TestWhatIsDoubtfulIsAWarning(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"service in no cluster", "edge:", "  - {name: job, full: 1}\nedge:", `f:36:6: services[1].name: "job" is in no cluster of regions.standby: it will show as unknown there; add it to a cluster's services, or write discover`},
		{"no probe", "    probe:\n      url: https://shop.example/api/health\nservices", "services", `f:16:3: regions.standby.probe: is missing: this region's balancer is never asked directly, which is one sign of life less; write url (the public health URL) and dial (the balancer's own address and port)`},
		{"clock shorter than the wait", "fast: 15s", "fast: 4s", `f:44:3: refresh.fast: 4s is shorter than waits.call, 5s: an answer that comes late is old before it comes; make refresh.fast as long, or waits.call shorter`},
		{"wait longer than the clock", "dark: 3", "probe: 20s", `f:43:1: refresh.edge: 15s is shorter than waits.probe, 20s: an answer that comes late is old before it comes; make refresh.edge as long, or waits.probe shorter`},
		{"no api", "  api:\n    url: https://shop.example/api/health\n", "", `f:36:1: edge.api: is missing: which region serves cannot be proven; write the public health URL, like https://www.example.com/api/health`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read("f", []byte(strings.Replace(small, c.old, c.new, 1)))
			if len(d.problems) > 0 || Errors(d.warnings).Error() != c.want {
				t.Errorf("problems\n%v\nwarnings\n%v\nwant\n%s", Errors(d.problems), Errors(d.warnings), c.want)
			}
		})
	}
}

func TestAColdStandbyNeedsNothingRunning(t *testing.T) {
	from, to := strings.Index(small, "    clusters:"), strings.Index(small, "    probe:\n      url: https://shop.example/api/health\nservices")
	text := strings.Replace(small[:from]+small[to:], "warm-standby", "cold-standby", 1)
	if _, err := Parse("f", []byte(text)); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoConfigAtAllIsSaidSo(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "f: is empty; `lifeboat config example` prints one to start from"},
		{"comments only", "# nothing\n", "f: is empty; `lifeboat config example` prints one to start from"},
		{"a list", "[a]", "f:1:1: is a list, not a mapping; write its fields: version, estate, strategy, objectives, regions, services, edge, operator, journal, roles, gates, refresh, waits, terraform, simulated"},
		{"huge", strings.Repeat("#", maxSize+1), "f: is larger than 256 KiB; this is not a lifeboat.yaml"},
		{"deep in brackets", strings.Repeat("[", 100), "f:1:33: is nested too deeply; this is not a lifeboat.yaml"},
		{"deep in dashes", strings.Repeat("- ", 100), "f:1:65: is nested too deeply; this is not a lifeboat.yaml"},
	} {
		if _, err := Parse("f", []byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%s: said %v, want %s", c.name, err, c.want)
		}
	}
}
