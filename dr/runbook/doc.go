// Package runbook runs a procedure: a graph of steps that change a cloud, each confirmed, journaled before and after,
// and resumable on another machine. It knows no cloud. What it needs of the outside it states as interfaces in plain
// types: Store and Archive (journals), Lease (one run an estate), Operator (answers), Objects (a bucket).
//
// # A procedure
//
// A Procedure is data; its steps' functions are the only code that reaches the cloud. Check looks whether the step is so
// already (accepted is enough), Do makes it so, Await is asked until it is so, Verify until it has stayed so for a hold
// time. Steps whose dependencies are over run side by side. A Gate stands before the Do of every step that names it, and
// is asked once for all of them, when the first comes to its Do. Validate and Lint judge a procedure before it runs:
// Lint is the x-ray of what each step leans on when a region is being left.
//
// # A run
//
// Start makes the plan and the decisions (Pins) durable, takes the lease and sets the run going in goroutines of its own;
// Resume verifies the journal and takes it up. Both return a Run, whose View and Next are what screens draw, and whose
// Stop, Skip, GoUnplanned and Undo are the operator's uninvited words. All else is asked: at a gate, when a step fails,
// when a plan must lean on the region being left. Question.Judge alone decides whether an answer is one.
//
// The order around every change is: Ready (what it needs of a person, at his leisure), Before (may it be made?), the lease proven with the lock itself, the intent made
// durable, Do, the outcome made durable. A Do whose outcome is unknown is looked at before it is repeated. A resume calls
// Check on every step and believes no entry of the journal: entries are history, pins, passed gates and the commit point.
//
// From its commit point on a run is not taken back. In an unplanned run a step that leans on the region being left only
// at best effort has a Deadline, after which it is not done and the run goes on; with Keep it is tried again until it is
// done, and the run stays open with its lease.
//
// # Screens
//
// A run outlives its screens. The process that executes it lays its questions on a Desk and serves them with a Server on
// a socket of its owner's (Listen); a screen attaches with a Line, which mirrors Run. From another machine a run is followed
// by its journal (Trace), and its questions are answered by what is laid beside that (Answers), so that a gate for two
// people can be passed from two machines. Codes of a second factor are asked for over the socket alone.
//
// # The journal
//
// One Entry an action, each line of JSON ending in the SHA-256 of itself, which the next one carries. Verify finds what
// was altered, cut, moved or left out, and names the entry. Entries cut off at the end cannot be told from a run that is
// still going on: Report.Closed and Report.Head are for that. Replay folds entries into the same View that the running
// engine shows, on any machine. Learn and Past make estimates of such views, Project the rest of a run, Paper the
// commands that a person would type instead.
//
// # Time
//
// The engine uses package time alone, so that testing/synctest runs it in no time. No decision is made of the
// timestamps in a journal but the cool-down; a lease's expiry is judged by its lock's own clock.
package runbook
