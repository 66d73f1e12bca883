package dr

// Split is a database that takes writes, or could, beside the writer of record.
type Split struct {
	Region   string
	Database string
	Level    Level  // Bad: it is not fenced; Warn: it is kept, and fenced
	Text     string // "dev-db in us-east-1 takes writes too, and is NOT fenced: 3 connections"
	Fix      string // what to do: "fence it: lifeboat resume 20261123T..."
	Seen     Seen
}
