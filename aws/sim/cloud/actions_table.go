package cloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var (
	argRegion  = Arg{Name: "REGION", Kind: RegionName}
	argService = Arg{Name: "SERVICE"}
	argCode    = Arg{Name: "CODE", Optional: true}
	argTimes   = Arg{Name: "TIMES", Kind: Number, Optional: true}
	argFor     = Arg{Name: "FOR", Kind: Length, Optional: true} // taken back after so much simulated time
)

const (
	untilRestore = "until restore"
	untilTimes   = "until restore, or after TIMES calls"
	forSoLong    = "until restore, or after FOR (simulated time)"
)

// actions is everything that the director can do. An action is added here and nowhere else.
var actions []Action

func init() { // restore reads the table's neighbours, so the table cannot be a plain initialiser
	actions = []Action{
		{Name: "darken", Args: []Arg{argRegion, argFor}, do: darken, Undo: forSoLong,
			About: "nothing in the region answers: API, balancers, database"},
		{Name: "control-plane", Args: []Arg{argRegion, argFor}, do: controlPlane, Undo: forSoLong,
			About: "the region's AWS API answers 503; what runs there goes on"},
		{Name: "stall-replica", Args: []Arg{argFor}, do: stallReplica, Undo: forSoLong + "; then it catches up",
			About: "replicas receive nothing; their lag climbs and the source keeps log for them"},
		{Name: "throttle", Args: []Arg{argRegion, argFor}, do: throttle, Undo: forSoLong,
			About: "three of four AWS calls are refused as too many"},
		{Name: "slow", Args: []Arg{{Name: "REGION", Kind: RegionOrAll}, {Name: "DURATION", Kind: Length}}, do: slow, Undo: untilRestore,
			About: "API answers come that much later (wall clock); all: Cloudflare's too"},
		{Name: "stop-tasks", Args: []Arg{argRegion, argService}, do: stopTasks, Undo: "by itself: the scheduler starts new ones",
			About: "the service's running tasks exit"},
		{Name: "break-call", Args: []Arg{{Name: "SERVICE"}, {Name: "ACTION"}, argCode, {Name: "EVERY", Kind: Number, Optional: true}, {Name: "REGION", Kind: RegionName, Optional: true}}, do: breakCall, Undo: untilRestore,
			About: "one AWS or Cloudflare call is refused, as AccessDenied or with CODE; only each EVERY-th time; only in REGION"},
		{Name: "half-way", Args: []Arg{{Name: "SERVICE"}, {Name: "ACTION"}, argCode}, do: halfWay, Undo: untilRestore,
			About: "a list breaks off: its first page is answered, the next ones are refused"},
		{Name: "lost-answer", Args: []Arg{{Name: "SERVICE"}, {Name: "ACTION"}, argTimes}, do: spoilAnswer(Fault{Lost: true}), Undo: untilTimes,
			About: "one AWS or Cloudflare call is carried out, and its answer never comes"},
		{Name: "cut-answer", Args: []Arg{{Name: "SERVICE"}, {Name: "ACTION"}, argTimes}, do: spoilAnswer(Fault{Cut: true}), Undo: untilTimes,
			About: "one AWS or Cloudflare call is carried out, and its answer breaks off in the middle"},
		{Name: "expire-credentials", Args: []Arg{{Name: "REGION", Kind: RegionName, Optional: true}}, do: expireCredentials, Undo: untilRestore,
			About: "AWS calls are refused because the session has expired"},
		{Name: "missing-image", Args: []Arg{argRegion, argService}, do: missingImage, Undo: untilRestore,
			About: "the image that the service runs is gone from the region's registry"},
		{Name: "az-gone", Args: []Arg{argRegion, {Name: "ZONE", Optional: true}}, do: azGone, Undo: untilRestore,
			About: "one availability zone (a or b; b if not said) is lost with what runs in it"},
		{Name: "bad-deployment", Args: []Arg{argRegion, argService}, do: badDeployment, Undo: "restore rolls back",
			About: "a new image is deployed at once, and its tasks answer 503"},
		{Name: "reboot-database", Args: []Arg{argRegion}, do: rebootDatabase, Undo: "by itself, after 75 s of simulated time",
			About: "the region's databases reboot"},
		{Name: "back-up", Args: []Arg{argRegion}, do: backUpNow, Undo: "by itself, after 2 to 5 min of simulated time",
			About: "the region's databases take a snapshot, and refuse other work meanwhile"},
		{Name: "stray-connection", Args: []Arg{argRegion, argFor}, do: strayConnection, Undo: forSoLong,
			About: "something that nobody thought of connects to the region's writer, and commits once a minute"},
		{Name: "cloudflare-down", Args: []Arg{argFor}, do: cloudflareDown, Undo: forSoLong,
			About: "Cloudflare's API answers 503; its DNS goes on"},
		{Name: "push", Args: []Arg{{Name: "IMAGE"}, {Name: "REGION", Kind: RegionName, Optional: true}}, do: pushImage,
			About: "an image (NAME:TAG; all: one for each repository that has none) is pushed to the primary's registry, or REGION's"},
		{Name: "log-group", Args: []Arg{argRegion, {Name: "NAME"}}, do: leaveLogGroup, Undo: untilRestore,
			About: "somebody has made a log group of that name: who creates it is told that it exists"},
		{Name: "terraform-fail", Args: []Arg{{Name: "ADDRESS"}, {Name: "WORDS", Optional: true}}, do: failAddress, Undo: untilRestore,
			About: "Terraform's provider cannot make, change or end that resource, and says WORDS"},
		{Name: "let-go", do: letGo,
			About: "the owner of a primary-only estate has his own Terraform forget the distribution, for Lifeboat's stack to adopt"},
		{Name: "escape-names", Args: []Arg{argRegion}, do: escapeNames, Undo: untilRestore,
			About: "terminal escape sequences turn up in service events, tags and stop reasons"},
		{Name: "return", Args: []Arg{argRegion}, do: returnRegion,
			About: "a dark region is back, with all that ran there: its tasks and its database as they were left"},
		{Name: "restore", Args: []Arg{{Name: "REGION", Kind: RegionName, Optional: true}}, do: restoreAction,
			About: "takes back what was done to the region, or everything"},
	}
}

// Actions lists what the director can do, in the order to show it.
func Actions() []Action { return slices.Clone(actions) }

func restoreAction(w *World, a args) (func(), error) {
	w.takeBack(func(u *undo) bool { return a["REGION"] == "" || u.region == a["REGION"] })
	return nil, nil
}

func darken(w *World, a args) (func(), error) {
	r := a.region(w)
	if r.Dark {
		return nil, fmt.Errorf("%s is dark already", r.Name)
	}
	r.Dark = true
	return func() { w.light(r) }, nil
}

// returnRegion takes back what darkened a region, and nothing else that was done to it.
func returnRegion(w *World, a args) (func(), error) {
	r := a.region(w)
	if !r.Dark {
		return nil, fmt.Errorf("%s is not dark", r.Name)
	}
	w.takeBack(func(u *undo) bool { return u.action == "darken" && u.region == r.Name })
	return nil, nil
}

func controlPlane(w *World, a args) (func(), error) {
	return w.addFault(&fault{region: a["REGION"], plane: true, spoil: refusal(Unavailable, "Service is unable to handle the request.")}), nil
}

func cloudflareDown(w *World, _ args) (func(), error) {
	return w.addFault(&fault{service: "cloudflare", spoil: refusal(Unavailable, "Service is unable to handle the request.")}), nil
}

func throttle(w *World, a args) (func(), error) {
	return w.addFault(&fault{region: a["REGION"], hits: 3, of: 4, spoil: refusal(Throttling, "Rate exceeded")}), nil
}

func slow(w *World, a args) (func(), error) {
	region := a["REGION"]
	if region == "all" {
		region, a["REGION"] = "", ""
	}
	return w.addFault(&fault{region: region, spoil: Fault{Delay: a.length("DURATION")}}), nil
}

func breakCall(w *World, a args) (func(), error) {
	f, err := a.fault(w)
	if err != nil {
		return nil, err
	}
	f.region = a["REGION"]
	if n := a.number("EVERY"); n > 1 {
		f.hits, f.of = 1, n
	}
	return w.addFault(f), nil
}

func halfWay(w *World, a args) (func(), error) {
	f, err := a.fault(w)
	if err != nil {
		return nil, err
	}
	f.continued = true
	return w.addFault(f), nil
}

// spoilAnswer lets a call be carried out and spoils its answer.
func spoilAnswer(how Fault) func(*World, args) (func(), error) {
	return func(w *World, a args) (func(), error) {
		f, err := a.fault(w)
		if err != nil {
			return nil, err
		}
		f.spoil, f.times = how, a.number("TIMES")
		return w.addFault(f), nil
	}
}

// fault is one that refuses the call that is named, if there is such a call.
func (a args) fault(w *World) (*fault, error) {
	service := signingName(a["SERVICE"])
	actions, known := w.offers[service]
	if !known {
		return nil, fmt.Errorf("no service %q; there are %s", a["SERVICE"], strings.Join(slices.Sorted(maps.Keys(w.offers)), ", "))
	}
	if len(actions) > 0 && !slices.Contains(actions, a["ACTION"]) {
		return nil, fmt.Errorf("%s has no %q; there are %s", service, a["ACTION"], strings.Join(actions, ", "))
	}
	return &fault{service: service, action: a["ACTION"], spoil: a.refusal()}, nil
}

func (a args) refusal() Fault {
	if code := a["CODE"]; code != "" {
		return refusal(code, "the simulator's director broke this call")
	}
	return refusal(AccessDenied, "User is not authorized to perform: "+a["SERVICE"]+":"+a["ACTION"])
}

func expireCredentials(w *World, a args) (func(), error) {
	return w.addFault(&fault{region: a["REGION"], aws: true, spoil: refusal(ExpiredToken, expiredMessage)}), nil
}

func refusal(code, message string) Fault {
	return Fault{Status: statusOf(code), Code: code, Message: message}
}
