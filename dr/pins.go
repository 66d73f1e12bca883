package dr

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"lifeboat/dr/runbook"
)

// The names of what a failover or switchover pins in its journal. Those above the line are decided with the plan.
const (
	PinKind     = "kind"     // Kind
	PinStrategy = "strategy" // config.Strategy: how the standby stood by
	PinReplica  = "replica"  // the instance that is promoted
	PinSource   = "source"   // the writer that it replicates from
	PinBalancer = "balancer" // DNS name of the balancer that users are sent to
	PinServices = "services" // JSON: []PinnedService
	PinRecords  = "records"  // JSON: []edge.RecordChange
	PinOrigins  = "origins"  // JSON: []edge.OriginChange
	PinPoint    = "point"    // JSON: RestorePoint, of a run that restores the database instead of promoting one
	PinRisk     = "risk"     // JSON: Loss, as it stood when the plan was made
	PinSilent   = "silent"   // RFC 3339: since when nothing of the region being left answered; "" something did

	PinRebuild  = "rebuild"  // JSON: Rebuild, of a run that makes a standby anew
	PinAccount  = "account"  // what never replicated, in words, once the old writer could be asked
	PinKept     = "kept"     // the name under which the old database is kept, once it has it
	PinStanding = "standing" // RFC 3339: when the new standby was seen to stream
	PinLeft     = "left"     // JSON: Left, where nothing replicated
	pinLast     = "last"     // JSON: Promotion, the one after which a standby is made anew
	pinRename   = "rename"   // the old database's name to be: from then on it may have neither name for a while
	pinGroups   = "groups"   // JSON: the security groups of the old writer before it was shut off
	pinOldEnd   = "old.end"  // the old writer's position when it was shut off

	PinPromotedAt  = "promoted.at"       // RFC 3339, decided right before the promotion was called for
	PinPosition    = "promoted.position" // the replica's replay position then
	PinCommit      = "promoted.commit"   // commit time of the last transaction that it had replayed then
	PinServed      = "served.at"         // RFC 3339: when users were first seen to be served by the new region
	PinToken       = "token"             // how it was proven that nothing is lost, decided when the promotion was accepted
	pinReceipt     = "receipt."          // and its number: JSON Receipt
	pinTokens      = "token."            // and its number: JSON Token
	pinOldPosition = "old.position."     // and a receipt's number: the old writer's last position, read under that receipt
)

// The steps that a reader of journals must know.
const (
	StepFence   = "fence"   // the writers of the region being left are stopped
	StepPromote = "promote" // from it on another region is the writer of record
	StepPublic  = "public"  // users are seen to be served by the region that takes over: the end of their waiting
	StepReport  = "report"
)

// Receipt is the proof that no writer of the region being left writes any more.
type Receipt struct {
	At   time.Time `json:"at"`   // of the last of the readings that prove it
	By   string    `json:"by"`   // "sql" or "cloudwatch"
	Text string    `json:"text"` // the figures, in words
}

// PinReceipt is the name of the n-th receipt of a run, from 1, and PinVoid that of what voided it, in words.
func PinReceipt(n int) string { return pinReceipt + strconv.Itoa(n) }

// PinVoid is the name under which it is kept why the n-th receipt holds no more.
func PinVoid(n int) string { return fmt.Sprintf("%s%d.void", pinReceipt, n) }

// ReceiptOf is the newest receipt of a run and why it holds no more; nil where there never was one.
func ReceiptOf(pins runbook.Pins) (r *Receipt, n int, void string) {
	for n = 0; pins[PinReceipt(n+1)] != ""; n++ {
	}
	if n == 0 {
		return nil, 0, ""
	}
	r = &Receipt{}
	if err := json.Unmarshal([]byte(pins[PinReceipt(n)]), r); err != nil {
		return nil, n, "its receipt cannot be read: " + err.Error()
	}
	return r, n, pins[PinVoid(n)]
}
