package runbook

import (
	"fmt"
	"strings"
)

// home is where the control planes of AWS's global services live.
const home = "us-east-1"

// homed are services whose control plane lives in one region, whatever region is asked.
// Source: AWS, "Fault Isolation Boundaries", appendix on global services.
var homed = map[string]string{
	"cloudfront":        "CloudFront's control plane",
	"route53":           "Route 53's control plane",
	"route53domains":    "Route 53's control plane",
	"iam":               "IAM's control plane",
	"organizations":     "Organizations' control plane",
	"globalaccelerator": "Global Accelerator's control plane",
}

// named are calls that are answered regionally but create a DNS name, or change a bucket: both lean on a control plane
// in the home region. A trailing * stands for any rest.
var named = map[string]string{
	"rds:CreateDBInstance*":                       "it creates a DNS name: Route 53's control plane",
	"rds:RestoreDBInstance*":                      "it creates a DNS name: Route 53's control plane",
	"elasticloadbalancing:CreateLoadBalancer":     "it creates a DNS name: Route 53's control plane",
	"elbv2:CreateLoadBalancer":                    "it creates a DNS name: Route 53's control plane",
	"ec2:CreateVpcEndpoint":                       "it creates a DNS name: Route 53's control plane",
	"servicediscovery:CreatePrivateDnsNamespace":  "it creates a DNS name: Route 53's control plane",
	"servicediscovery:CreatePublicDnsNamespace":   "it creates a DNS name: Route 53's control plane",
	"s3:CreateBucket":                             "creating a bucket leans on S3's control plane",
	"s3:PutBucket*":                               "changing a bucket leans on S3's control plane",
	"terraform:aws_db_instance.*":                 "it may create a DNS name: Route 53's control plane",
	"terraform:aws_lb.*":                          "it may create a DNS name: Route 53's control plane",
	"terraform:aws_iam_*":                         "IAM's control plane",
	"terraform:aws_cloudfront_*":                  "CloudFront's control plane",
	"terraform:aws_route53_*":                     "Route 53's control plane",
	"terraform:aws_s3_bucket*":                    "changing a bucket leans on S3's control plane",
	"terraform:aws_service_discovery_*_namespace": "it creates a DNS name: Route 53's control plane",
}

// Lean is one region that a call of a step needs, and why.
type Lean struct {
	Step   string
	Call   Call
	Region string
	Why    string // "answered there", "CloudFront's control plane"
}

// XRay lists every region that every call of a procedure leans on: the one that answers it, and the one where a control
// plane behind it lives. A call outside AWS leans on none.
func XRay(p Procedure) []Lean {
	var out []Lean
	for i := range p.Steps {
		out = append(out, p.Steps[i].leans()...)
	}
	return out
}

func (s *Step) leans() []Lean {
	var out []Lean
	for _, c := range s.Calls {
		if c.Region != "" && c.Region != "global" {
			out = append(out, Lean{s.ID, c, c.Region, "answered there"})
		}
		if why := leansHome(c); why != "" && c.Region != home {
			out = append(out, Lean{s.ID, c, home, why})
		}
	}
	return out
}

// leansHome says why a call needs the home region though it is answered elsewhere; "" where it does not.
func leansHome(c Call) string {
	service, _, _ := strings.Cut(c.Operation, ":")
	if service == "sts" && (c.Region == "" || c.Region == "global") {
		return "STS's global endpoint"
	}
	if c.Plane != Control {
		return ""
	}
	if why := homed[service]; why != "" {
		return why
	}
	for pattern, why := range named {
		if matches(pattern, c.Operation) {
			return why
		}
	}
	return ""
}

// matches says whether an operation is the one that a pattern names; a * stands for any run of characters.
func matches(pattern, operation string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == operation
	}
	after, ok := strings.CutPrefix(operation, first)
	return ok && strings.HasSuffix(after, rest)
}

// Verdict is what the lint says of one step.
type Verdict string

const (
	Clear      Verdict = "clear"          // it needs nothing of the region being left, or the run is planned
	BestEffort Verdict = "best effort"    // it tries, with a deadline; the run does not need it
	LeftOut    Verdict = "left out"       // it belongs to planned runs only
	Accept     Verdict = "no alternative" // it needs the region being left, and a typed phrase accepts that
	Refused    Verdict = "refused"        // it needs the region being left, and the plan may not be run so
)

// Finding is the lint's verdict on one step, with the leanings that decided it.
type Finding struct {
	Step    string
	Title   string
	Verdict Verdict
	Leans   []Lean // on the region being left only
	Why     string // in one sentence; "" where clear
	Phrase  string // what accepts it, where the verdict is Accept
}

// Lint holds every step of a procedure against the region being left, in the procedure's order. In a planned run all
// steps are clear: the leanings are listed to be shown. In an unplanned run no step that the run waits for may lean on
// that region or on a control plane that lives there.
func Lint(p Procedure, leaving string, mode Mode) []Finding {
	out := make([]Finding, 0, len(p.Steps))
	for i := range p.Steps {
		out = append(out, p.Steps[i].lint(leaving, mode))
	}
	return out
}

func (s *Step) lint(leaving string, mode Mode) Finding {
	f := Finding{Step: s.ID, Title: s.Title, Verdict: Clear}
	var hard *Lean
	for _, l := range s.leans() {
		if l.Region != leaving || mode == Unplanned && l.Call.PlannedOnly {
			continue
		}
		f.Leans = append(f.Leans, l)
		if !l.Call.BestEffort && hard == nil {
			hard = &l
		}
	}
	switch {
	case mode != Unplanned:
	case s.PlannedOnly:
		f.Verdict, f.Why = LeftOut, "it belongs to planned runs only"
	case len(f.Leans) == 0:
	case hard == nil && s.Deadline > 0:
		f.Verdict, f.Why = BestEffort, fmt.Sprintf("leans on %s; tried for %s, and the run goes on", leaving, s.Deadline)
	case hard == nil:
		f.Verdict, f.Why = Refused, fmt.Sprintf("leans on %s at best effort, but has no deadline after which the run goes on", leaving)
	case s.NoAlternative != "":
		f.Verdict, f.Phrase = Accept, AcceptPhrase(s.ID, leaving)
		f.Why = fmt.Sprintf("leans on %s, no alternative: %s (%s: %s)", leaving, s.NoAlternative, hard.Call.Operation, hard.Why)
	default:
		f.Verdict, f.Why = Refused, fmt.Sprintf("leans on %s: %s, %s", leaving, hard.Call.Operation, hard.Why)
	}
	return f
}

// AcceptPhrase is what accepts a step that leans on the region being left and has no alternative.
func AcceptPhrase(step, leaving string) string {
	return "accept that " + step + " leans on " + leaving
}

// LintError is an unplanned run refused for what it leans on.
type LintError struct{ Findings []Finding }

// Is says that it is a refusal.
func (e *LintError) Is(target error) bool { return target == ErrRefused }

func (e *LintError) Error() string {
	var lines []string
	for _, f := range e.Findings {
		lines = append(lines, fmt.Sprintf("step %q %s", f.Step, f.Why))
	}
	return "the unplanned plan may not be run: " + strings.Join(lines, "; ") +
		"; mark the call best effort with a deadline, re-route it, or give the reason why there is no alternative"
}

// only picks the findings with one verdict.
func only(findings []Finding, v Verdict) []Finding {
	var out []Finding
	for _, f := range findings {
		if f.Verdict == v {
			out = append(out, f)
		}
	}
	return out
}
