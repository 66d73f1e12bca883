package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"
)

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Parse("lifeboat.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheExampleIsRightAndHasNoWarning(t *testing.T) {
	d := read("example.yaml", []byte(Example()))
	if len(d.problems)+len(d.warnings) > 0 {
		t.Fatalf("%v\n%v", Errors(d.problems), Errors(d.warnings))
	}
	if len(d.config.Services) != 4 || d.config.Regions.Standby.Environment != "dr" {
		t.Errorf("the example is not the reference estate: %+v", d.config)
	}
}

// What the example has commented out must be right as well: people take the # away.
func TestTheExamplesCommentedFieldsAreRightToo(t *testing.T) {
	text := strings.NewReplacer("# profile:", "profile:", "# role_arn:", "role_arn:", "# endpoint:", "endpoint:", "# target_groups:", "target_groups:",
		"# port:", "port:", "# sslmode:", "sslmode:", "# heartbeat:", "heartbeat:", "# token_env:", "token_env:",
		"# write:", "write:", "#   url:", "  url:", "#   method:", "  method:", "#   body:", "  body:", "#   headers:", "  headers:",
		"# discover:", "discover:", "#   tag:", "  tag:", "#   prefix:", "  prefix:",
		"# isolation_group:", "isolation_group:", "# operator:", "operator:", "#   role_arn:", "  role_arn:", "#   mfa_serial:", "  mfa_serial:",
		"#   profile:", "  profile:", "#   session:", "  session:", "# journal:", "journal:", "#   bucket:", "  bucket:", "#   region:", "  region:",
		"#   prefix: lifeboat", "  prefix: lifeboat", "#   lease:", "  lease:", "# roles:", "roles:", "# gates:", "gates:",
		"# refresh:", "refresh:", "# waits:", "waits:", "#   {call", "  {call", "#   poll", "  poll", "# ca_file:", "ca_file:", "# root_ca:", "root_ca:").Replace(Example())
	c := parse(t, text)
	if c.Edge.Write.Method != "POST" || c.Regions.Primary.Discover.Tag == nil || c.Regions.Primary.Databases[0].Connection.Heartbeat == "" {
		t.Errorf("not everything was read: %+v", c)
	}
	if c.Operator.MFASerial == "" || c.Journal.Bucket == "" || c.Roles.Key == "" || len(c.Gates.TwoPeople) == 0 || c.Regions.Primary.Databases[0].IsolationGroup == "" {
		t.Errorf("not all that is about changes was read: %+v", c)
	}
	want := parse(t, Example())
	if c.Refresh != want.Refresh || c.Waits != want.Waits {
		t.Errorf("the example says that its periods are the defaults: %+v %+v, want %+v %+v", c.Refresh, c.Waits, want.Refresh, want.Waits)
	}
}

func TestDefaultsFillWhatIsLeftOut(t *testing.T) {
	c := parse(t, strings.Replace(small, "  api:", "  write: {url: http://a/}\n  api:", 1))
	for _, x := range []struct {
		name      string
		got, want any
	}{
		{"refresh", c.Refresh, Refresh{Fast: sec(15), Slow: sec(300), Edge: sec(15), Database: sec(15), Metrics: sec(60)}},
		{"waits", c.Waits, Waits{
			Call: sec(5), Probe: sec(5), Connect: sec(5), Dark: 3, Poll: sec(5), Hold: sec(30), Settle: sec(2), Fence: sec(60), Receipt: sec(60),
			Grace: sec(1200), Step: sec(1800), CoolDown: sec(1800), Healthy: sec(900), Replica: sec(21600)}},
		{"health field", c.Edge.HealthField, "environment"},
		{"token", c.Edge.Cloudflare.TokenEnv, "CLOUDFLARE_API_TOKEN"},
		{"resolvers", strings.Join(c.Edge.Resolvers, " "), "1.1.1.1:53 127.0.0.1:5353"},
		{"port", c.Regions.Standby.Databases[0].Connection.Port, 5432},
		{"sslmode", c.Regions.Standby.Databases[0].Connection.SSLMode, "verify-full"},
		{"write method", c.Edge.Write.Method, "POST"},
		{"pages method", c.Edge.Pages.Method, ""},
	} {
		if x.got != x.want {
			t.Errorf("%s: %v, want %v", x.name, x.got, x.want)
		}
	}
}

func sec(n int) Duration { return Duration(time.Duration(n) * time.Second) }

func TestWhatIsGivenIsKept(t *testing.T) {
	c := parse(t, strings.NewReplacer("fast: 15s", "fast: 1500ms\n  slow: 1h30m", "[1.1.1.1, 127.0.0.1:5353]", "['2606:4700:4700::1111', \"[::1]:54\"]").Replace(small))
	if c.Refresh.Fast != Duration(1500*time.Millisecond) || c.Refresh.Slow.String() != "1h30m" {
		t.Errorf("refresh %+v", c.Refresh)
	}
	if got := strings.Join(c.Edge.Resolvers, " "); got != "[2606:4700:4700::1111]:53 [::1]:54" {
		t.Errorf("resolvers %s", got)
	}
}

func TestAnAliasStandsForWhatWasWrittenBefore(t *testing.T) {
	text := strings.NewReplacer("discover:\n      prefix: shop-", "clusters: &c [{name: both, services: {web: the-web}}]\n    balancers: &b [{name: alb}]\n    databases: [{id: db}]",
		"    clusters:\n      - name: dr\n        services: {web: dr-web}\n    balancers:\n      - name: dr-alb\n", "    clusters: *c\n    balancers: *b\n").Replace(small)
	c := parse(t, text)
	if got := c.Regions.Standby.Clusters; len(got) != 1 || got[0].Services["web"] != "the-web" || c.Regions.Standby.Balancers[0].Name != "alb" {
		t.Errorf("the standby is %+v", c.Regions.Standby)
	}
}

func TestAliasesCannotMakeAMountainOfASmallFile(t *testing.T) {
	text := "version: 1\nservices: &s [" + strings.Repeat("{name: a},", 1000) + "]\nregions: {primary: {clusters: [&c {name: x, services: {}}" +
		strings.Repeat(", *c", 60_000) + "]}}\n"
	if _, err := Parse("f", []byte(text)); err == nil || err.Error() != "f: says too much; this is not a lifeboat.yaml" {
		t.Errorf("said %.200v", err)
	}
}

func TestADurationIsWrittenAsPeopleWriteIt(t *testing.T) {
	for d, want := range map[time.Duration]string{
		15 * time.Second: "15s", 5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		time.Hour + time.Second: "1h0m1s", 100 * time.Millisecond: "100ms", 10 * time.Hour: "10h", 10 * time.Minute: "10m", 0: "0s",
	} {
		if got := Duration(d).String(); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}

func TestAWrittenConfigReadsBackTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lifeboat.yaml")
	c := parse(t, Example())
	c.Regions.Primary.Discover = Discover{Tag: &Tag{Key: "Estate", Value: "yes: #1"}}
	c.Edge.Write = Probe{URL: "https://a.example/", Method: "PUT", Body: "{\"n\": {n}}\n", Headers: map[string]string{"Accept": "*/*"}}
	c.Simulated = &Simulated{Director: "127.0.0.1:9"}
	if err := Write(path, c); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	c.Path = path
	if !reflect.DeepEqual(got, c) {
		t.Errorf("read back\n%+v\nwrote\n%+v", got, c)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestWriteOverwritesItsOwnFileAndNoOther(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lifeboat.yaml")
	c := parse(t, small)
	for range 2 {
		if err := Write(path, c); err != nil {
			t.Fatal(err)
		}
	}
	theirs := []byte(small)
	if err := os.WriteFile(path, theirs, 0o644); err != nil {
		t.Fatal(err)
	}
	err := Write(path, c)
	var not *NotOursError
	if !errors.As(err, &not) || not.Path != path {
		t.Errorf("said %v, want a NotOursError", err)
	}
	if data, _ := os.ReadFile(path); string(data) != small {
		t.Errorf("the other's file is now\n%s", data)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("files were left behind: %v", files)
	}
}

func TestAConfigThatCouldNotBeReadAgainIsNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lifeboat.yaml")
	c := parse(t, small)
	c.Regions.Standby.Name = c.Regions.Primary.Name
	if err := Write(path, c); err == nil || !strings.Contains(err.Error(), "is the primary's region too") {
		t.Errorf("said %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
}

func TestFilesThatAreNamedMustHoldACertificate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lifeboat.yaml")
	put(t, filepath.Join(dir, "not.pem"), "nothing")
	put(t, filepath.Join(dir, "ca.pem"), certificate)
	for _, c := range []struct{ file, want string }{
		{"ca.pem", ""},
		{filepath.Join(dir, "ca.pem"), ""},
		{"none.pem", `: regions.primary.ca_file: there is no file "` + filepath.Join(dir, "none.pem") + `"; name a PEM file with a CERTIFICATE in it; paths are relative to the config file`},
		{"not.pem", `: regions.primary.ca_file: "` + filepath.Join(dir, "not.pem") + `" holds no certificate; name a PEM file with a CERTIFICATE in it; paths are relative to the config file`},
		{"~/ca.pem", `: regions.primary.ca_file: there is no file "` + filepath.Join(dir, "~/ca.pem") + `"; write the whole path: ~ is not filled in`},
	} {
		put(t, path, strings.Replace(small, "name: us-east-1", "name: us-east-1\n    ca_file: "+c.file, 1))
		got, err := Load(path)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.file, err)
		case c.want == "" && got.Regions.Primary.CAFile != filepath.Join(dir, "ca.pem"):
			t.Errorf("%s became %s", c.file, got.Regions.Primary.CAFile)
		case c.want != "" && (err == nil || err.Error() != path+":10:5"+c.want):
			t.Errorf("%s: said\n%v\nwant\n%s", c.file, err, path+":10:5"+c.want)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheConfigIsFoundByFlagThenEnvironmentThenHereThenXDG(t *testing.T) {
	here, home := t.TempDir(), t.TempDir()
	t.Chdir(here)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("XDG_CONFIG_DIRS", filepath.Join(home, "none"))
	t.Setenv(EnvFile, "")
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	inXDG := filepath.Join(home, "lifeboat", FileName)

	_, err := Find("")
	var missing *NotFoundError
	if !errors.As(err, &missing) || !reflect.DeepEqual(missing.Looked, []string{
		"LIFEBOAT_CONFIG (not set)", "./lifeboat.yaml", inXDG, filepath.Join(home, "none", "lifeboat", FileName)}) {
		t.Fatalf("looked: %v", err)
	}
	want := func(flag, path string) {
		t.Helper()
		if got, err := Find(flag); err != nil || got != path {
			t.Errorf("found %s, %v; want %s", got, err, path)
		}
	}
	if err := os.Mkdir(filepath.Dir(inXDG), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, inXDG, small)
	want("", inXDG)
	put(t, FileName, small)
	want("", "./lifeboat.yaml")
	put(t, "env.yaml", small)
	t.Setenv(EnvFile, "env.yaml")
	want("", "env.yaml")
	put(t, "flag.yaml", small)
	want("flag.yaml", "flag.yaml")
}

func TestANamedConfigThatIsNotThereIsNotReplacedByAnother(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, FileName, small)
	t.Setenv(EnvFile, "gone.yaml")
	for flag, place := range map[string]string{"other.yaml": "--config other.yaml", "": "LIFEBOAT_CONFIG=gone.yaml"} {
		_, err := Find(flag)
		var missing *NotFoundError
		if !errors.As(err, &missing) || !reflect.DeepEqual(missing.Looked, []string{place}) {
			t.Errorf("with --config %q: %v", flag, err)
		}
	}
}

const certificate = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS2gAwIBAgIUWwIan9ZQqzJPSE3vhsjNyulsFvQwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbGlmZWJvYXQtdGVzdDAgFw0yNjExMjMyMDM1MTNaGA8yMTI2
MTAzMDIwMzUxM1owGDEWMBQGA1UEAwwNbGlmZWJvYXQtdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABJTxyChu5VubkoEU8srV0Bj3b/+tDgTNYcfW2MuCQU7o
jzUNB14Okji8jaJiSdo3IaXY+qc9iFuNXdhKzgQMxrGjUzBRMB0GA1UdDgQWBBQw
WwEi5/uup5Ns+O57cMFWN0OC6TAfBgNVHSMEGDAWgBQwWwEi5/uup5Ns+O57cMFW
N0OC6TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCOWsax5YI7
aaZpxWhgWqtFbQiSvF6pgBEz9t8AEqKAfAIhAOlUq3fl2ANZy4SGEuxwzQu0Z5Ut
cSaHd+iYj3OjBM2J
-----END CERTIFICATE-----
`
