package aws_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// results answers GetMetricData: the points of each query by its number, as "minutes ago=value ...".
func results(status string, next func(*http.Request) string, points map[int]string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		var b strings.Builder
		for n, list := range points {
			var times, values string
			for _, p := range strings.Fields(list) {
				var ago int
				var value float64
				_, _ = fmt.Sscanf(p, "%d=%g", &ago, &value)
				times += "<member>" + noon.Add(-30*time.Second-time.Duration(ago)*time.Minute).Format(time.RFC3339) + "</member>"
				values += fmt.Sprintf("<member>%g</member>", value)
			}
			fmt.Fprintf(&b, "<member><Id>q%d</Id><StatusCode>%s</StatusCode><Timestamps>%s</Timestamps><Values>%s</Values></member>", n, status, times, values)
		}
		_, _ = fmt.Fprintf(w, "<GetMetricDataResponse><GetMetricDataResult><MetricDataResults>%s</MetricDataResults>%s</GetMetricDataResult></GetMetricDataResponse>", b.String(), next(r))
	}
}

func lastPage(*http.Request) string { return "" }

// The order of the queries: a database's lag, slot lag, WAL, free storage, connections; then a balancer's requests, its
// own errors, its targets' errors, p95.
const (
	lagQuery, slotQuery                             = 0, 1
	requestsQuery, ownErrorsQuery, targetErrorQuery = 5, 6, 7
)

func series(minutesAgoValue ...float64) aws.Series {
	var s aws.Series
	for i := 0; i < len(minutesAgoValue); i += 2 {
		s = append(s, aws.Point{At: noon.Add(-30*time.Second - time.Duration(minutesAgoValue[i])*time.Minute), Value: minutesAgoValue[i+1]})
	}
	return s
}

func TestSeriesAreAsCloudWatchGaveThem(t *testing.T) {
	p := still(t, 4)
	p.meddle("monitoring:GetMetricData", results("Complete", lastPage, map[int]string{
		lagQuery:         "0=0.5 3=-1 2=1.5 40=7", // out of order, unknown, a gap
		slotQuery:        "1=-1 20=5",             // only the last 15 periods are kept
		requestsQuery:    "0=1 1=600 2=660",       // the minute that is not over counts for nothing
		ownErrorsQuery:   "2=1",
		targetErrorQuery: "0=9 2=2 4=1",
	}))
	f := reader(t, at(p.spec(west))).Fast(t.Context(), aws.Fast{})
	wantNoErrors(t, errorsOf(f))
	db, lb := f.Metrics.Value.Databases["davidshaevel-dr-db"], f.Metrics.Value.Balancers["davidshaevel-dr-alb"]
	want(t, "lag", db.ReplicaLag, series(40, 7, 3, -1, 2, 1.5, 0, 0.5))
	want(t, "slot lag", db.SlotLag, series(1, -1))
	want(t, "connections", db.Connections, nil)
	want(t, "requests", lb.Requests, series(2, 660, 1, 600))
	want(t, "errors", lb.Errors5xx, series(4, 1, 2, 3))
}

func TestSeriesComeOverSeveralPages(t *testing.T) {
	p := still(t, 4)
	p.meddle("monitoring:GetMetricData", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if strings.Contains(bodyOf(r), "NextToken=more") {
			results("Complete", lastPage, map[int]string{lagQuery: "1=2"})(w, r, inner)
			return
		}
		results("PartialData", func(*http.Request) string { return "<NextToken>more</NextToken>" }, map[int]string{lagQuery: "2=1"})(w, r, inner)
	})
	f := reader(t, at(p.spec(west))).Fast(t.Context(), aws.Fast{})
	want(t, "lag", f.Metrics.Value.Databases["davidshaevel-dr-db"].ReplicaLag, series(2, 1, 1, 2))
}

func TestASeriesThatCloudWatchCouldNotReadIsNotEmpty(t *testing.T) {
	for status, kind := range map[string]fault.Kind{"InternalError": fault.Unavailable, "Forbidden": fault.Denied} {
		p := still(t, 4)
		p.meddle("monitoring:GetMetricData", results(status, lastPage, map[int]string{lagQuery: ""}))
		f := reader(t, at(p.spec(west))).Fast(t.Context(), aws.Fast{})
		wantKind(t, status, f.Metrics.Err, kind)
	}
	p := still(t, 4)
	p.meddle("monitoring:GetMetricData", results("Complete", lastPage, map[int]string{99: "1=1"}))
	f := reader(t, at(p.spec(west))).Fast(t.Context(), aws.Fast{})
	wantKind(t, "a result nobody asked for", f.Metrics.Err, fault.Unreadable)
}

func TestTheLagIsReadWhereBalancersAreNot(t *testing.T) {
	p := still(t, 4)
	p.meddle("elasticloadbalancing:DescribeLoadBalancers", say(403, `<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>`))
	f := reader(t, at(p.spec(west))).Fast(t.Context(), aws.Fast{})
	if !f.Metrics.Fresh() || len(f.Metrics.Value.Databases["davidshaevel-dr-db"].ReplicaLag) == 0 {
		t.Errorf("without balancers there is no lag: %+v", f.Metrics)
	}
	if _, ok := f.Metrics.Value.Balancers["davidshaevel-dr-alb"]; ok {
		t.Error("a balancer that was not listed has metrics, which look like no traffic")
	}
}

func TestThePeriodOfASpedUpCloudIsPassedOn(t *testing.T) {
	p := still(t, 4)
	var body string
	p.meddle("monitoring:GetMetricData", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		body = bodyOf(r)
		results("Complete", lastPage, nil)(w, r, inner)
	})
	s := at(p.spec(west))
	s.MetricEvery, s.LagWindow = 6*time.Second, 6*time.Minute
	f := reader(t, s).Fast(t.Context(), aws.Fast{})
	for _, part := range []string{"MetricDataQueries.member.1.MetricStat.Period=6&", "StartTime=2026-11-23T11%3A54%3A30Z", "EndTime=2026-11-23T12%3A00%3A36Z", "ScanBy=TimestampAscending"} {
		if !strings.Contains(body, part) {
			t.Errorf("%s is not in %s", part, body)
		}
	}
	want(t, "period", f.Metrics.Value.Databases["davidshaevel-dr-db"].Period, 6*time.Second)
}

func TestManyDatabasesAreAskedForIn500s(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		s := p.spec(east)
		for n := range 150 { // 5 series each, and the balancer's 4
			s.Databases = append(s.Databases, fmt.Sprintf("db-%d", n))
		}
		f := reader(t, s).Fast(t.Context(), aws.Fast{})
		wantNoErrors(t, errorsOf(f))
		n := 0
		for _, op := range p.take() {
			if op == "monitoring:GetMetricData" {
				n++
			}
		}
		want(t, "calls for 759 series", n, 2)
	})
}
