package dr

import (
	"testing"

	"lifeboat/dr/runbook"
)

func TestTheNewestReceiptCountsAndAVoidedOneSaysWhy(t *testing.T) {
	pins := runbook.Pins{
		PinReceipt(1): `{"at":"2026-11-25T03:12:00Z","by":"sql","text":"0 tasks"}`, PinVoid(1): "one new connection",
		PinReceipt(2): `{"at":"2026-11-25T03:14:00Z","by":"cloudwatch","text":"0 tasks, 0 connections"}`,
	}
	if r, n, void := ReceiptOf(pins); r == nil || n != 2 || r.By != "cloudwatch" || void != "" {
		t.Errorf("%+v, %d, %q", r, n, void)
	}
	delete(pins, PinReceipt(2))
	if r, n, void := ReceiptOf(pins); r == nil || n != 1 || void != "one new connection" {
		t.Errorf("%+v, %d, %q", r, n, void)
	}
	if r, _, _ := ReceiptOf(nil); r != nil {
		t.Errorf("a receipt of nothing: %+v", r)
	}
	if r, _, void := ReceiptOf(runbook.Pins{PinReceipt(1): "{"}); r != nil || void == "" {
		t.Errorf("a receipt that cannot be read counts: %+v %q", r, void)
	}
}
