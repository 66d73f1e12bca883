package dr

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lifeboat/tf"
)

// Money is what a plan adds to the monthly bill and takes from it, by kind of resource, the known ones first and the largest first of
// these. Prices are list prices (see money_prices.go). A replaced resource counts by what it becomes, an imported one not at all: it is
// paid for already. What a price depends on and no plan tells (use, a size that is known after the apply) is a line that says so.
func Money(changes []tf.Change) []MoneyLine {
	b := bill{items: map[string]*item{}}
	for _, c := range changes {
		if c.Action == tf.Forget || c.Action == tf.Adopt {
			continue
		}
		will := c.Will
		if c.Action == tf.Replace {
			will = kept(c)
		}
		b.charge(c.Type, will, 1)
		b.charge(c.Type, c.Was, -1)
	}
	b.tasks(changes)
	return b.lines()
}

// MoneySum is what the known lines come to a month, and what the others are of.
func MoneySum(lines []MoneyLine) (monthly float64, unknown []string) {
	for _, l := range lines {
		if l.Known {
			monthly += l.Monthly
		} else {
			unknown = append(unknown, l.What)
		}
	}
	return monthly, unknown
}

// MoneyWords is a bill in a line: "about $94 a month more; not known: 2 log groups"; "nothing more a month".
func MoneyWords(lines []MoneyLine) string {
	monthly, unknown := MoneySum(lines)
	words := "nothing more a month"
	if cents := math.Round(monthly * 100); cents != 0 {
		which := "more"
		if cents < 0 {
			which = "less"
		}
		words = fmt.Sprintf("about $%s a month %s by list prices of %s", dollarWords(math.Abs(monthly)), which, priceDate)
	}
	if len(unknown) > 0 {
		words += "; what comes by use is not known: " + among(unknown)
	}
	return words
}

// dollarWords are whole ones, and cents where there is less than one.
func dollarWords(monthly float64) string {
	if monthly < 1 {
		return fmt.Sprintf("%.2f", monthly)
	}
	return fmt.Sprintf("%.0f", monthly)
}

// kept are the attributes of what replaces a resource, with those of the old one where they are known after the apply only.
func kept(c tf.Change) map[string]string {
	will := map[string]string{}
	for name, v := range c.Will {
		if v == "" {
			v = c.Was[name]
		}
		will[name] = v
	}
	return will
}

// bill are the items of a plan, by what they are.
type bill struct {
	items map[string]*item
	order []string
}

// item is so many of one thing at one price.
type item struct {
	one, many string
	n         float64 // signed
	each      float64 // USD a month
	known     bool
	from      string
}

// add puts n of a thing on the bill; each is USD a month.
func (b *bill) add(n float64, one, many string, each float64, from string) {
	b.put(&item{one: one, many: many, n: n, each: each, known: true, from: from + ", list price of us-east-1 and us-west-2, " + priceDate})
}

// unknown puts a thing on the bill whose price cannot be told.
func (b *bill) unknown(n float64, one, many, why string) {
	b.put(&item{one: one, many: many, n: n, from: why})
}

func (b *bill) put(i *item) {
	key := fmt.Sprint(i.one, "|", i.each, "|", i.known, "|", i.from)
	if there := b.items[key]; there != nil {
		there.n += i.n
		return
	}
	b.items[key] = i
	b.order = append(b.order, key)
}

func (b *bill) lines() []MoneyLine {
	var lines []MoneyLine
	for _, key := range b.order {
		i := b.items[key]
		if i.n == 0 {
			continue
		}
		what := i.one
		if n := math.Abs(i.n); n == 1 {
			what = "1 " + what
		} else {
			what = strconv.FormatFloat(n, 'f', -1, 64) + " " + i.many
		}
		if i.n < 0 {
			what += " less"
		}
		lines = append(lines, MoneyLine{What: what, Monthly: math.Round(i.n*i.each*100) / 100, Known: i.known, From: i.from})
	}
	slices.SortStableFunc(lines, func(a, b MoneyLine) int {
		if a.Known != b.Known {
			return map[bool]int{true: -1, false: 1}[a.Known]
		}
		return cmp.Compare(math.Abs(b.Monthly), math.Abs(a.Monthly))
	})
	return lines
}

// charge puts a resource on the bill: n is 1 for what will be and -1 for what was. Attributes that are nil are of no resource.
func (b *bill) charge(kind string, a map[string]string, n float64) {
	if a == nil || slices.Contains(free, kind) {
		return
	}
	if use, ok := byUse[kind]; ok {
		b.unknown(n, use[0], plural(use[0]), "paid by use: "+use[1])
		return
	}
	switch kind {
	case "aws_nat_gateway":
		b.add(n, "NAT gateway", "NAT gateways", natHour*month.Hours(), hourly(natHour)+" without what passes it")
	case "aws_eip":
		b.add(n, "public address", "public addresses", addressHour*month.Hours(), hourly(addressHour))
	case "aws_lb":
		b.balancer(a, n)
	case "aws_vpc_endpoint":
		b.endpoint(a, n)
	case "aws_db_instance":
		b.database(a, n)
	case "aws_kms_key":
		b.add(n, "key", "keys", keyMonth, monthly(keyMonth))
	case "aws_secretsmanager_secret":
		b.add(n*float64(1+count(a, "replica")), "secret", "secrets", secretMonth, monthly(secretMonth)+" for each region that has it")
	case "aws_cloudwatch_metric_alarm":
		b.add(n, "alarm", "alarms", alarmMonth, monthly(alarmMonth))
	case "aws_route53_health_check":
		b.add(n, "health check", "health checks", healthCheckMonth, monthly(healthCheckMonth))
	case "aws_service_discovery_private_dns_namespace", "aws_route53_zone":
		b.add(n, "hosted zone", "hosted zones", zoneMonth, monthly(zoneMonth))
	default:
		b.unknown(n, kind, kind, "Lifeboat has no price of it")
	}
}

// balancer has an address in every one of its zones, where users can reach it.
func (b *bill) balancer(a map[string]string, n float64) {
	b.add(n, "load balancer", "load balancers", balancerHour*month.Hours(), hourly(balancerHour)+" without what passes it")
	switch zones := count(a, "subnets"); {
	case a["internal"] == "true":
	case zones == 0:
		b.unknown(n, "load balancer's public addresses", "load balancers' public addresses", "in how many zones it is, is known after the apply")
	default:
		b.add(n*float64(zones), "public address", "public addresses", addressHour*month.Hours(), hourly(addressHour))
	}
}

func (b *bill) endpoint(a map[string]string, n float64) {
	zones := count(a, "subnet_ids")
	switch {
	case a["vpc_endpoint_type"] != "Interface":
	case zones == 0:
		b.unknown(n, "interface endpoint", "interface endpoints", "in how many zones it is, is known after the apply")
	default:
		b.add(n*float64(zones), "interface endpoint in a zone", "interface endpoints in a zone", endpointHour*month.Hours(), hourly(endpointHour)+" without what passes it")
	}
}

// database is an instance and its storage. A replica's storage is as large as its source's, which its plan does not tell.
func (b *bill) database(a map[string]string, n float64) {
	class, zones, words := a["instance_class"], 1.0, ""
	if a["multi_az"] == "true" {
		zones, words = 2, " in two zones"
	}
	hour, known := classHour[class]
	switch engine := a["engine"]; {
	case engine != "" && engine != "postgres":
		b.unknown(n, "database "+class+" ("+engine+")", "databases "+class+" ("+engine+")", "Lifeboat knows PostgreSQL's prices only")
	case !known:
		b.unknown(n, strings.TrimSpace("database "+class), strings.TrimSpace("databases "+class), "Lifeboat has no price of this class")
	default:
		b.add(n, "database "+class+words, "databases "+class+words, zones*hour*month.Hours(), hourly(zones*hour))
	}
	gb, err := strconv.ParseFloat(a["allocated_storage"], 64)
	if err != nil || gb == 0 {
		b.unknown(n, "database's storage", "databases' storage", "as large as its source's")
		return
	}
	one := "GB of database storage" + words
	b.add(n*gb, one, one, zones*storageMonth, monthly(zones*storageMonth)+" a GB")
}

// count is how many elements a list or set of attributes has; 0 where that is not known.
func count(a map[string]string, name string) int {
	seen := map[string]bool{}
	for path := range a {
		if rest, ok := strings.CutPrefix(path, name+"["); ok {
			index, _, _ := strings.Cut(rest, "]")
			seen[index] = true
		}
	}
	return len(seen)
}

func hourly(price float64) string {
	return "$" + strconv.FormatFloat(price, 'f', -1, 64) + " an hour"
}

func monthly(price float64) string {
	return "$" + strconv.FormatFloat(price, 'f', -1, 64) + " a month"
}

// plural is a noun whose first word is what there are several of: "copy of the backups" is "copies of the backups".
func plural(noun string) string {
	first, rest, more := strings.Cut(noun, " of ")
	if !more {
		first, rest, more = strings.Cut(noun, " with ")
		if more {
			rest = "with " + rest
		}
	} else {
		rest = "of " + rest
	}
	switch {
	case strings.HasSuffix(first, "y"):
		first = strings.TrimSuffix(first, "y") + "ies"
	default:
		first += "s"
	}
	return strings.TrimSpace(first + " " + rest)
}
