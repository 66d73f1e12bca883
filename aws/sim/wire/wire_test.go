package wire

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

const scope = "AWS4-HMAC-SHA256 Credential=AKIA/20261123/us-west-2/rds/aws4_request, SignedHeaders=host, Signature=0"

func request(kind, target, path, body string) *http.Request {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Authorization", scope)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Amz-Target", target)
	return r
}

func read(t *testing.T, r *http.Request) *Request {
	t.Helper()
	q, err := Read(r, map[string]REST{"cloudfront": {Routes: []Route{{Method: "GET", Path: "/{Version}/distribution/{Id}/config", Action: "GetDistributionConfig"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// checkInput checks that one input reads the same whatever protocol brought it.
func checkInput(t *testing.T, q *Request) {
	t.Helper()
	expect(t, "region", q.Region, "us-west-2")
	expect(t, "key", q.AccessKey, "AKIA")
	expect(t, "action", q.Action, "Ask")
	expect(t, "text", q.In.String("Name"), "a b&c")
	expect(t, "number", q.In.Int("Most", 0), 12)
	expect(t, "truth", q.In.Bool("All", false), true)
	expect(t, "moment", q.In.Time("From").UTC().Format(time.RFC3339), "2026-11-23T03:14:07Z")
	expect(t, "list", fmt.Sprint(q.In.Strings("Names")), "[x y]")
	filters := q.In.List("Filters")
	expect(t, "filters", len(filters), 2)
	expect(t, "inner list", fmt.Sprint(filters[1].Strings("Values")), "[p q]")
	expect(t, "structure", q.In.In("Stat").In("Metric").String("Name"), "lag")
	expect(t, "absent", q.In.Has("Nothing"), false)
	expect(t, "absent number", q.In.Int("Nothing", 7), 7)
}

func TestOneInputReadsTheSameInEveryProtocol(t *testing.T) {
	json := `{"Name":"a b&c","Most":12,"All":true,"From":1795403647,"Names":["x","y"],"Filters":[{"Name":"f"},{"Name":"g","Values":["p","q"]}],"Stat":{"Metric":{"Name":"lag"}}}`
	checkInput(t, read(t, request("application/x-amz-json-1.1", "Service_2026.Ask", "/", json)))
	query := "Action=Ask&Version=2014-10-31&Name=a+b%26c&Most=12&All=true&From=2026-11-23T03%3A14%3A07Z&Names.member.1=x&Names.member.2=y" +
		"&Filters.Filter.1.Name=f&Filters.Filter.2.Name=g&Filters.Filter.2.Values.Value.1=p&Filters.Filter.2.Values.Value.2=q&Stat.Metric.Name=lag"
	checkInput(t, read(t, request("application/x-www-form-urlencoded; charset=utf-8", "", "/", query)))
	body := cbor.Encode(cbor.Map{
		"Name": cbor.String("a b&c"), "Most": cbor.Uint(12), "All": cbor.Bool(true), "From": &cbor.Tag{ID: 1, Value: cbor.Uint(1795403647)},
		"Names":   cbor.List{cbor.String("x"), cbor.String("y")},
		"Filters": cbor.List{cbor.Map{"Name": cbor.String("f")}, cbor.Map{"Values": cbor.List{cbor.String("p"), cbor.String("q")}}},
		"Stat":    cbor.Map{"Metric": cbor.Map{"Name": cbor.String("lag")}},
	})
	r := request("application/cbor", "", "/service/Granite/operation/Ask", string(body))
	r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	checkInput(t, read(t, r))
}

func TestTenthElementsOfQueryListsComeLast(t *testing.T) {
	var b strings.Builder
	b.WriteString("Action=Ask")
	for i := 1; i <= 11; i++ {
		fmt.Fprintf(&b, "&Names.member.%d=n%d", i, i)
	}
	q := read(t, request("application/x-www-form-urlencoded", "", "/", b.String()))
	expect(t, "names", strings.Join(q.In.Strings("Names"), " "), "n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11")
}

func TestRESTTakesInputFromPathAndQuery(t *testing.T) {
	r := httptest.NewRequest("GET", "/2020-05-31/distribution/E1/config?MaxItems=3", nil)
	r.Header.Set("Authorization", strings.Replace(scope, "/rds/", "/cloudfront/", 1))
	q := read(t, r)
	expect(t, "action", q.Action, "GetDistributionConfig")
	expect(t, "id", q.In.String("Id"), "E1")
	expect(t, "items", q.In.Int("MaxItems", 0), 3)
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	for code, r := range map[string]*http.Request{
		"SerializationException":    request("application/x-amz-json-1.0", "S.Ask", "/", "{"),
		"MalformedQueryString":      request("application/x-www-form-urlencoded", "", "/", "a=%zz"),
		"UnknownOperationException": request("text/plain", "", "/", ""),
		"RequestEntityTooLarge":     request("application/x-amz-json-1.0", "S.Ask", "/", strings.Repeat(" ", maxBody+1)),
	} {
		if _, err := Read(r, nil); err == nil || err.Code != code {
			t.Errorf("got %v, want %s", err, code)
		}
	}
	r := request("application/x-amz-json-1.0", "S.Ask", "/", "{}")
	r.Header.Set("Authorization", "Bearer x")
	if _, err := Read(r, nil); err == nil || err.Code != "MissingAuthenticationToken" || err.Status != 403 {
		t.Errorf("got %v", err)
	}
}

var tree = Struct{
	{"Name", "<a>\x1b"}, {"Nothing", nil}, {"Negative", -1}, {"Share", 0.5}, {"When", time.UnixMilli(1795403647250)},
	{"Things", Each("Thing", []string{"x"}, func(s string) Struct { return Struct{{"Is", s}} })},
	{"Empty", Members[string](nil)}, {"Yes", true},
}

func written(p Protocol, write func(q *Request, w http.ResponseWriter)) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	write(&Request{Protocol: p, Service: "rds", Action: "Ask"}, w)
	return w
}

func TestOneTreeIsWrittenInEveryProtocol(t *testing.T) {
	answer := func(q *Request, w http.ResponseWriter) { q.Write(w, "id-1", "urn:x", Answer{Body: tree, Root: "Doc"}) }
	expect(t, "JSON", written(JSON11, answer).Body.String(),
		`{"Name":"\u003ca\u003e\u001b","Negative":-1,"Share":0.5,"When":1795403647.25,"Things":[{"Is":"x"}],"Empty":[],"Yes":true}`)
	inner := "<Name>&lt;a&gt;\uFFFD</Name><Negative>-1</Negative><Share>0.5</Share><When>2026-11-23T03:14:07.250Z</When>" +
		"<Things><Thing><Is>x</Is></Thing></Things><Empty></Empty><Yes>true</Yes>"
	head := `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	expect(t, "query", written(Query, answer).Body.String(), head+
		`<AskResponse xmlns="urn:x"><AskResult>`+inner+`</AskResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></AskResponse>`)
	expect(t, "REST", written(RESTXML, answer).Body.String(), head+`<Doc xmlns="urn:x">`+inner+`</Doc>`)
	v, err := cbor.Decode(written(CBOR, answer).Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	m := v.(cbor.Map)
	at, err := cbor.AsTime(m["When"])
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "CBOR moment", at.UnixMilli(), 1795403647250)
	expect(t, "CBOR negative", fmt.Sprint(plain(m["Negative"])), "-1")
	expect(t, "CBOR absent", m["Nothing"] == nil, true)
}

func TestRefusalsAreWrittenInEveryProtocol(t *testing.T) {
	refuse := func(q *Request, w http.ResponseWriter) {
		q.WriteError(w, "id-1", "", &Error{Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"})
	}
	w := written(JSON10, refuse)
	expect(t, "JSON", w.Body.String(), `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
	expect(t, "status", w.Code, 400)
	if got := written(Query, refuse).Body.String(); !strings.Contains(got, "<Code>Throttling</Code>") {
		t.Error(got)
	}
	w = httptest.NewRecorder()
	(&Request{Protocol: CBOR, Service: "monitoring"}).WriteError(w, "id", "", &Error{Status: 503, Code: "ServiceUnavailableException"})
	expect(t, "the code that CloudWatch kept", w.Header().Get("X-Amzn-Query-Error"), "ServiceUnavailable;Receiver")
}

func FuzzQuery(f *testing.F) {
	f.Add("Action=A&B.member.1=x&B.2=y&B=z&.=&C.1.D.1=q")
	f.Fuzz(func(t *testing.T, body string) {
		q, err := Read(request("application/x-www-form-urlencoded", "", "/", body), nil)
		if err == nil {
			q.In.Strings("B")
			q.In.List("B")
		}
	})
}

// rest is a REST request to a service with these routes, read.
func rest(t *testing.T, method, path, body string, routes ...Route) *Request {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded") // of what is sent, which says nothing of the protocol
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261123/us-west-2/s3/aws4_request, Signature=0")
	q, err := Read(r, map[string]REST{"s3": {Routes: routes}})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestADocumentBecomesInputWhateverTheLengthOfItsLists(t *testing.T) {
	const document = `<?xml version="1.0"?><Config xmlns="http://aws/"><Name>a &amp; b</Name><One><Items><Item><Id>1</Id></Item></Items></One>` +
		`<Two><Items><Item>x</Item><Item>y</Item></Items></Two><None><Items/></None></Config>`
	q := rest(t, "PUT", "/v1/config/7", document, Route{Method: "PUT", Path: "/{V}/config/{Id}", Action: "Put", Document: true})
	in := q.In.In("Config")
	if q.Action != "Put" || q.In.String("Id") != "7" || in.String("Name") != "a & b" {
		t.Errorf("%s %v", q.Action, q.In)
	}
	if l := in.In("One").List("Items"); len(l) != 1 || l[0].String("Id") != "1" {
		t.Errorf("one element: %v", l)
	}
	if l := in.In("Two").Strings("Items"); strings.Join(l, "") != "xy" {
		t.Errorf("two elements: %v", l)
	}
	if l := in.In("None").Strings("Items"); len(l) != 0 {
		t.Errorf("no element: %v", l)
	}
}

func TestARouteMayTakeAllTheRestOfAPath(t *testing.T) {
	routes := []Route{
		{Method: "GET", Path: "/{Bucket}", Query: "list-type", Action: "List"}, {Method: "GET", Path: "/{Bucket}/{Key+}", Action: "Get"},
	}
	for path, want := range map[string]string{
		"/b/runs/1/a.json": "Get b runs/1/a.json", "/b/runs/": "Get b runs/", "/b?list-type=2": "List b ", "/b/?list-type=2": "List b ",
		"/b?acl": "GET /b  ", "/b/": "GET /b/  ",
	} {
		q := rest(t, "GET", path, "", routes...)
		if got := q.Action + " " + q.In.String("Bucket") + " " + q.In.String("Key"); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}
